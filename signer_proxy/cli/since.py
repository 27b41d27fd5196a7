"""How long ago, as it is typed: 30s, 15m, 2h, 7d."""

import re
from typing import Final

import click

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_AGO: Final = re.compile(r"([0-9]{1,9}) ?([smhd])")


class Ago(click.ParamType[float]):
    """A time before now, in seconds."""

    name = "ago"

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> float:
        """Return the seconds."""
        match = _AGO.fullmatch(str(value))
        if match is None:
            self.fail(f"it must be a number with s, m, h or d, such as 1h, got {value!r}", param, context)
        return float(int(match[1]) * _SECONDS[match[2]])
