"""How numbers are written in the JSON that is signed: as Python reads and writes them, so 1.0 stays 1.0."""

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

type NumberForm = Callable[[str], str]
"""Takes a number as it stood in the body."""


def is_whole(text: str) -> bool:
    """Tell a number without fraction and exponent."""
    return text.lstrip("-").isdigit()


def _python(text: str) -> str:
    return (text if text != "-0" else "0") if is_whole(text) else repr(float(text))


def _digits(text: str) -> tuple[str, str, int]:
    """Return minus sign, shortest digits and the place of the point, of the double nearest to a number."""
    sign, digits, exponent = Decimal(repr(float(text))).normalize().as_tuple()
    assert isinstance(exponent, int)  # a finite number's
    shown = "".join(map(str, digits))
    return "-" * sign, shown, len(shown) + exponent


def _javascript(text: str) -> str:
    """Write as ECMA-262, Number::toString; Go writes doubles in the same way."""
    if math.isinf(float(text)):  # an integer of hundreds of digits
        return "null"
    if float(text) == 0:
        return "0"
    minus, digits, point = _digits(text)
    if len(digits) <= point <= 21:
        return minus + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{minus}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{digits}"
    return f"{minus}{digits[0]}{'.' * (len(digits) > 1)}{digits[1:]}e{point - 1:+d}"


def _java(text: str) -> str:
    """Write as Java's Double.toString: always with a fraction, and an exponent from ten million up."""
    if math.isinf(float(text)):
        return text
    if float(text) == 0:
        return "-0.0" if text.startswith("-") else "0.0"
    minus, digits, point = _digits(text)
    if -3 < point <= 7:
        whole = digits[:point].ljust(point, "0") if point > 0 else "0"
        fraction = digits[point:] if point > 0 else "0" * -point + digits
        return f"{minus}{whole}.{fraction or '0'}"
    return f"{minus}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def _php(text: str) -> str:
    if math.isinf(float(text)) or (is_whole(text) and len(text) <= 20 and -(2**63) <= int(text) < 2**63):
        return text
    if float(text) == 0:
        return "0" if text[0] != "-" else "-0"
    minus, digits, point = _digits(text)
    if -4 < point <= 15:
        return _javascript(text)
    return f"{minus}{digits[0]}.{digits[1:] or '0'}e{point - 1:+d}"


def _plain(text: str) -> str:
    """Write without an exponent, as a decimal type does."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    exponent = number.as_tuple().exponent
    # Beyond every double's: 1e-999999999 is short, and would be a gigabyte of zeros.
    is_near = isinstance(exponent, int) and abs(exponent) <= 400
    return f"{number:f}" if is_near else text


def _shortened(text: str) -> str:
    plain = _plain(text)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"Numbers were signed {what}; the API writes them as Python does.", "numbers")


_VERBATIM = _mistake("json-numbers-as-typed", "with the digits of the body, as in 1.50, where the API reads 1.5")
_DECIMAL = _mistake("json-numbers-as-decimals", "through a decimal type, in another form than the API's")

NUMBER_FORMS: tuple[Variant[NumberForm], ...] = (
    right(_python),
    common(
        _javascript, _mistake("json-numbers-as-doubles", "as JavaScript and Go write doubles: 1.0 as 1, 1e-07 as 1e-7")
    ),
    common(_java, _mistake("json-numbers-as-java-doubles", "as Java writes doubles, as Gson does: 1 as 1.0")),
    wrong(_php, _mistake("json-numbers-as-php-doubles", "as PHP writes doubles")),
    wrong(str, _VERBATIM),
    wrong(_plain, _DECIMAL),
    wrong(_shortened, _DECIMAL),
    wrong(
        lambda text: _python(text) if is_whole(text) else str(int(float(text))),
        _mistake("json-numbers-truncated", "without their fraction"),
    ),
)
