"""Read a request from a file of mitmproxy's flows: the one that was refused, or the one that is asked for."""

import os
from dataclasses import replace

from signer_proxy.cli.entry import choose
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.told_request import ToldRequest, told


def read_flow(content: bytes, subject: str, number: int | None = None) -> ToldRequest:
    """Return request `number`, from 1; else the last signed one that was answered 401, else the last. Raises Failure.

    Flows of other protocols are not counted.
    """
    from signer_proxy.engines.mitmproxy.flow_file import read_flows  # here, since it takes long to load

    try:
        entries = read_flows(content)
    except ValueError as e:
        raise Failure(
            f"{subject}: must be a file of flows, as `mitmdump -w` writes it, got {e} (record it again, "
            "or give a HAR file to --har)"
        ) from e
    found = choose(
        entries,
        number,
        subject,
        names=lambda entry: {name.decode("latin-1").lower() for name, _ in entry.headers},
        status=lambda entry: entry.status,
    )
    if found.body is None:
        raise Failure(
            f"{subject}: the request's body is not in the file, or not all of it, so it cannot be diagnosed "
            "(record it again with `mitmdump -w`, without --set stream_large_bodies)"
        )
    request = told(found.method, os.fsdecode(found.target), found.headers, found.body, subject, time=found.time)
    return replace(request, received=replace(request.received, origin=found.origin.lower()))
