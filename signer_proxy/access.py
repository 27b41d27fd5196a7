"""What a profile may be used for: an access level, and the rules that make exceptions to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from signer_proxy.operations import Access, Operations
from signer_proxy.operations.patterns import Patterns, first
from signer_proxy.operations.reading import Reading
from signer_proxy.operations.rule import Rule

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Policy:
    """A profile's level and its exceptions, sorted once so that a thousand rules cost a request no more than ten."""

    level: Access
    allow: tuple[Rule, ...]
    deny: tuple[Rule, ...]
    operations: Operations
    _allowed: Patterns[Rule] = field(init=False, repr=False, compare=False)
    _denied: Patterns[Rule] = field(init=False, repr=False, compare=False)
    _first_denied: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        allowed, denied, first_denied = Patterns[Rule](), Patterns[Rule](), dict[str, Rule]()
        for rule in self.allow:
            below = rule.below(self.operations.prefix_segments)
            allowed.add(below.method, below.segments, below, rest=below.rest)
        for rule in self.deny:
            below = rule.below(self.operations.prefix_segments)
            denied.add(below.method, below.folded, below, rest=below.rest)
            first_denied.setdefault(rule.method, rule)
        object.__setattr__(self, "_allowed", allowed)
        object.__setattr__(self, "_denied", denied)
        object.__setattr__(self, "_first_denied", first_denied)

    def permission(self, method: str, reading: Reading | None) -> Rule | None:
        """Return the most specific `allow` that covers a request to the letter; an ambiguous path has none."""
        return None if reading is None else self._allowed.find(method, reading.exact)

    def prohibition(self, method: str, reading: Reading | None) -> Rule | None:
        """Return the most specific `deny` that covers any reading of a request; an ambiguous path could be any."""
        folded = method.upper()
        if reading is None:
            return first(self._first_denied, folded)
        rules = [self._denied.find(folded, segments) for segments in reading.folded]
        return max((rule for rule in rules if rule is not None), key=lambda rule: rule.rank, default=None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may leave, what it counts as, and a sentence that says why and how to change it."""

    allowed: bool
    access: Access
    why: str


def decide(policy: Policy, method: str, path: str) -> Verdict:
    """Judge a request by its raw path without the query: the more specific rule wins, `deny` a tie, else the level."""
    reading = policy.operations.read(path)
    access = policy.operations.access(method, reading)
    allow, deny = policy.permission(method, reading), policy.prohibition(method, reading)
    request = f"{method} {path if len(path) <= _LONGEST else path[:_LONGEST] + '…'}"
    if deny is not None and (allow is None or deny.rank >= allow.rank):
        return Verdict(False, access, f"{request} {_denied(deny, reading)}")
    if allow is not None:
        return Verdict(True, access, f'{request} is covered by allow = ["{allow.text}"]')
    if access <= policy.level:
        return Verdict(True, access, f'{request} counts as "{_name(access)}", within access = "{_name(policy.level)}"')
    return Verdict(False, access, f"{request} {_beyond(policy, method, path, reading, access)}")


def _denied(deny: Rule, reading: Reading | None) -> str:
    if reading is None:
        return (
            f'could be read in two ways, so every deny covers it, such as "{deny.text}" (send the path in plain form)'
        )
    return f'is covered by deny = ["{deny.text}"] (take that out, or put a more specific rule into allow)'


def _beyond(policy: Policy, method: str, path: str, reading: Reading | None, access: Access) -> str:
    needed, level = f'"{_name(access)}"', f'access = "{_name(policy.level)}"'
    if reading is None:
        return (
            f"could be read in two ways, so it counts as {needed}, beyond {level} (send the path in plain form, "
            f"without dot or empty segments and escaped separators, or set access = {needed})"
        )
    operation = policy.operations.find(method, path)
    reason = "counts as" if operation is not None else "is no operation that we know and counts as"
    rule = f'"{method} {_pattern(path if operation is None else operation.path)}"'
    shown = rule if len(rule) <= _LONGEST else "a rule for it"
    return f"{reason} {needed}, beyond {level} (put {shown} into allow, or set access = {needed})"


def _pattern(path: str) -> str:
    """Return the path of a rule that covers a template or a path."""
    segments = path.split("/")
    return "/".join("*" if any(sign in segment for sign in "*{}") else segment for segment in segments)


def _name(access: Access) -> str:
    return access.name.lower()
