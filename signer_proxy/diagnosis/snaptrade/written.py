"""Write signature bases in every form, each part of them once."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.snaptrade.base_form import BaseForm
from signer_proxy.diagnosis.snaptrade.escaping import Escaping
from signer_proxy.diagnosis.snaptrade.key_order import MEMBERS, KeyOrder
from signer_proxy.diagnosis.snaptrade.number_form import NumberForm
from signer_proxy.diagnosis.snaptrade.part import Absent, Number, Part, Value, Verbatim
from signer_proxy.diagnosis.snaptrade.spacing import NONE, Spacing

_KEPT: Final = 64 * 1024
"""In characters: longer texts are written again each time, so that a large body does not fill the memory."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way through all steps that lead to a base."""

    form: BaseForm
    spacing: Spacing
    order: KeyOrder
    escape: Escaping
    numbers: NumberForm
    content: Part
    path: Part
    query: Part


class Writer:
    """Writes the bases of one request, whose `text` is all that it holds; what it has written once it keeps."""

    def __init__(self, method: str, budget: Budget, text: str) -> None:
        self.method = method
        self._budget = budget
        # Marks the numbers, which json.dumps takes for text; no text holds its own hash.
        self._mark = "\x00" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        self._marked = '"' + json.dumps(self._mark)[1:-1]
        self._plain: dict[tuple[int, ...], str] = {}
        self._texts: dict[tuple[int, ...], str] = {}

    def base(self, choice: Choice) -> bytes:
        """Return the base. Raises SpentError."""
        base = choice.form(_Written(self, choice))
        self._budget.write(len(base))
        return base

    def free(self, choice: Choice) -> bytes:
        """Return the base, whatever it costs."""
        kept, self._budget = self._budget, Budget(2**62)
        base = self.base(choice)
        self._budget = kept
        return base

    def text(self, part: Part, choice: Choice) -> str:
        """Return one of the three parts as JSON; "" for one that is left out."""
        match part:
            case Absent():
                return ""
            case Verbatim(text):
                return text
            case Value(json=value):
                is_text = isinstance(value, str) and not isinstance(value, Number)
                form = () if is_text else (id(choice.numbers), id(choice.order), id(choice.spacing))
                escape = choice.escape.content if part is choice.content else choice.escape.target
                key = (id(part), id(escape), *form)
                kept = self._texts.get(key)
                if kept is None:
                    bare = self._unescaped(part, choice, (id(part), *form))
                    kept = escape(bare)
                    self._budget.spend((2 if kept == bare else 12) * len(kept))
                    if len(kept) <= _KEPT:
                        self._texts[key] = kept
                return kept

    def _unescaped(self, part: Value, choice: Choice, key: tuple[int, ...]) -> str:
        kept = self._plain.get(key)
        if kept is not None:
            return kept
        spacing = choice.spacing
        tree = self._with_numbers(choice.order.arrange(part.json), choice.numbers)
        separators = (spacing.comma, spacing.colon)
        text = json.dumps(tree, ensure_ascii=False, indent=spacing.indent, separators=separators)
        if spacing.indent is not None:
            text = text.replace("\n", "\n" + spacing.indent)
        if self._marked in text:
            text = self._bare_numbers(text)
        self._budget.spend((1 if isinstance(part.json, str) else 10) * len(text))
        if len(text) <= _KEPT:
            self._plain[key] = text
        return text

    def _with_numbers(self, value: object, form: NumberForm) -> object:
        if isinstance(value, dict):
            return {key: self._with_numbers(member, form) for key, member in value.items()}
        if isinstance(value, list):
            return [self._with_numbers(item, form) for item in value]
        return self._mark + form(value) if isinstance(value, Number) else value

    def _bare_numbers(self, text: str) -> str:
        """Take the marks and the quotation marks from around numbers."""
        first, *rest = text.split(self._marked)
        return first + "".join(part.replace('"', "", 1) for part in rest)


class _Written:
    """The members of one choice, written when they are asked for."""

    def __init__(self, writer: Writer, choice: Choice) -> None:
        self._writer = writer
        self._choice = choice

    @property
    def method(self) -> str:
        return self._writer.method

    @cached_property
    def raw(self) -> dict[str, str]:
        parts = {"content": self._choice.content, "path": self._choice.path, "query": self._choice.query}
        return {name: self._raw(part) for name, part in parts.items()}

    def _raw(self, part: Part) -> str:
        if isinstance(part, Value) and (part.json is None or isinstance(part.json, str)):
            return part.json or ""
        return self._writer.text(part, self._choice)

    def joined(self, *, more: dict[str, str] | None = None, names: dict[str, str] | None = None) -> str:
        choice = self._choice
        spacing = choice.spacing if choice.spacing.is_outside else NONE
        members = {
            (names or {}).get(name, name): self._writer.text(part, choice)
            for name in choice.order.members
            if not isinstance(part := getattr(choice, name), Absent)
        }
        members |= {name: json.dumps(text) for name, text in (more or {}).items()}
        order = sorted(members) if choice.order.members == MEMBERS and (more or names) else members
        pairs = [f'"{name}"{spacing.colon}{members[name]}' for name in order]
        if spacing.indent is None:
            return f"{{{spacing.comma.join(pairs)}}}"
        line = "\n" + spacing.indent
        return f"{{{line}{f'{spacing.comma}{line}'.join(pairs)}\n}}"
