"""An exchange on one line of a terminal, given its audit entry: columns, colours, and no more than fits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from rich.text import Text

_METHOD: Final = 7
_PROFILE: Final = 12
_TIME: Final = 9
_STATUS_STYLES: Final = {"2": "green", "3": "cyan", "4": "yellow", "5": "red"}
_SHORTEST: Final = 20
"""Columns of a path, however narrow the terminal is."""
_KINDS: Final = {"sent": "leaves", "token": "our call", "user": "user kept"}
"""What is said of a line that is no client's exchange."""


def text(entry: Mapping[str, object], width: int | None = None, clock: str = "%H:%M:%S") -> Text:
    """Return the line; a path is cut where `width` columns would be exceeded. Times are local."""
    method = (f"{_word(entry, 'method') or '-':<{_METHOD}}", _method_style(entry))
    start = Text.assemble((_local(entry, clock), "dim"), " ", method)
    style = _STATUS_STYLES.get(_word(entry, "status")[:1], "dim")
    end = Text.assemble(
        (f" {_word(entry, 'profile') or '-':<{_PROFILE}}", "cyan"),
        (f" {_word(entry, 'status') or '-':<3}", style),
        (f"{_milliseconds(entry):>{_TIME}}", "dim"),
    )
    where = Text.assemble((_word(entry, "host"), "dim"), _word(entry, "path"))
    note = Text(" ".join(["", *filter(None, (_KINDS.get(_word(entry, "kind")), _word(entry, "code")))]), style)
    if width is not None:
        where = _fitted(where, max(_SHORTEST, width - start.cell_len - note.cell_len - end.cell_len))
    return start + where + note + end


def _fitted(where: Text, room: int) -> Text:
    """Return exactly as many columns; what is too long loses its middle, since both ends tell where it goes."""
    if where.cell_len > room:
        return where[: room // 3] + Text("…") + where[-(room - room // 3 - 1) :]
    where.pad_right(room - where.cell_len)
    return where


def _method_style(entry: Mapping[str, object]) -> str:
    return "bold magenta" if entry.get("access") == "trade" else "bold"


def _milliseconds(entry: Mapping[str, object]) -> str:
    value = entry.get("ms_total")
    return f"{value:,.0f} ms" if isinstance(value, int | float) and entry.get("kind") != "sent" else ""


def _local(entry: Mapping[str, object], clock: str) -> str:
    try:
        return datetime.fromisoformat(_word(entry, "time")).astimezone().strftime(clock)
    except (ValueError, OverflowError):
        return "-"


def _word(entry: Mapping[str, object], key: str) -> str:
    """Return a value as text; whoever wrote it, it cannot steer a terminal."""
    value = entry.get(key)
    return "" if value is None else "".join(sign if sign.isprintable() else "\ufffd" for sign in str(value))
