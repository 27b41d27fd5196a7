"""The headers on a command line, as curl takes them: `Name: value`."""

import os

import click

from signer_proxy.message import Header


def read_headers(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[Header, ...]:
    """Return the headers, in their order; raises BadParameter, which shows none of them."""
    headers = []
    for line in given:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter("it must be 'Name: value', as in 'Signature: …'")
        headers.append((os.fsencode(name.strip()), os.fsencode(value.strip())))
    return tuple(headers)
