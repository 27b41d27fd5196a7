"""White space in the JSON that is signed: the rule is none."""

from dataclasses import dataclass

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.variant import Variant, common, right, wrong


@dataclass(frozen=True, slots=True)
class Spacing:
    """What stands between the parts of JSON; `indent` is that of one level, None for one line."""

    comma: str = ","
    colon: str = ":"
    indent: str | None = None
    is_outside: bool = True
    """Whether the frame around the content has it, too."""


NONE = Spacing()


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The JSON was signed {what}; it must be written without any white space.", "spacing")


SPACINGS: tuple[Variant[Spacing], ...] = (
    right(NONE),
    common(
        Spacing(", ", ": "), _mistake("json-white-space", "with a space behind commas and colons, as many languages do")
    ),
    common(
        Spacing(", ", ": ", is_outside=False),
        _mistake("json-white-space-in-content", "with a space behind commas and colons inside the content"),
    ),
    wrong(Spacing(",", ": "), _mistake("json-space-after-colon", "with a space behind colons")),
    wrong(Spacing(", ", ":"), _mistake("json-space-after-comma", "with a space behind commas")),
    wrong(Spacing(",", ": ", "  "), _mistake("json-indented", "indented by two spaces")),
    wrong(Spacing(",", ": ", "    "), _mistake("json-indented", "indented by four spaces")),
    wrong(Spacing(",", ": ", "\t"), _mistake("json-indented", "indented by tabs")),
    wrong(Spacing(", ", " : "), _mistake("json-white-space", "with spaces around colons")),
    wrong(Spacing(",", " : ", "  "), _mistake("json-indented", "indented, with spaces around colons")),
)
