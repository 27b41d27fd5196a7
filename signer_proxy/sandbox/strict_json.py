"""JSON as the standard knows it: what Python reads beyond it is refused."""

import json
import math


def parse_json(body: bytes) -> object:
    """Return what JSON in UTF-8 says; of two equal keys the last one counts, as on every Python server.

    Raises ValueError for anything else, NaN, Infinity and numbers that overflow among it, RecursionError for too deep
    a nesting.
    """
    return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("too large for a float")
    return number
