"""Run `signer-proxy` with functions of it replaced by ones that raise: a program of the tests.

Its arguments are the functions, as `module:name` or `module:class.name` with commas between them, and then those of
`signer-proxy`. A method behind `-` is taken out of its class, so that the one that it overrides comes to light.
"""

import importlib
import inspect
import sys
from typing import NoReturn


class Planted(Exception):  # noqa: N818 - named for what it is in the output
    """What the replaced function raises; its text must not reach the client or the log."""


def fail(*_: object, **__: object) -> NoReturn:
    """Raise."""
    raise Planted("planted-secret")


async def fail_when_awaited(*_: object, **__: object) -> NoReturn:
    """Raise in the course of a coroutine."""
    fail()


def plant(place: str) -> None:
    """Replace the function at `place`, or take it out."""
    module, _, names = place.removeprefix("-").partition(":")
    *owners, name = names.split(".")
    owner: object = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    if place.startswith("-"):
        delattr(owner, name)
    else:
        setattr(owner, name, fail_when_awaited if inspect.iscoroutinefunction(getattr(owner, name)) else fail)


if __name__ == "__main__":
    for each in sys.argv.pop(1).split(","):
        plant(each)
    importlib.import_module("signer_proxy.cli.main").main()
