"""`signer-proxy exec -- CMD …`: any program, with its calls to the upstreams' real URLs signed."""

import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import click

from signer_proxy.child import sdk
from signer_proxy.child.process import Child, launch
from signer_proxy.child.script import first_line
from signer_proxy.child.signals import Relay, relayed
from signer_proxy.child.trust import write_trust
from signer_proxy.child.variables import secret_variables, variables
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.talk import talk
from signer_proxy.control import Control, ControlError, Lease
from signer_proxy.control import find as find_daemon
from signer_proxy.errors import StartError
from signer_proxy.runtime import Runtime
from signer_proxy.settings.configuration import Configuration, checked_draft, load
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.whereabouts import find

logger = logging.getLogger(__name__)


class NotFoundFailure(Failure):
    """The command is not there; the exit code is the one of shells (POSIX, Shell Command Language, 2.8.2)."""

    exit_code = 127


class NotExecutableFailure(Failure):
    """The command is there and cannot be run."""

    exit_code = 126


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
@click.argument("words", metavar="CMD [ARGS]…", nargs=-1, required=True, type=click.UNPROCESSED)
def command(path: Path | None, words: tuple[str, ...]) -> None:
    """Run a command whose calls to the upstreams' real URLs are signed, and end with its exit code."""
    path = find(path, os.environ, Path.cwd())
    # A daemon that runs has the secrets: beside it none is read, and none has to be within reach.
    lender = find_daemon(path, os.environ) or load(path, os.environ)
    draft = checked_draft(path)
    talk()
    logging.getLogger("signer_proxy").setLevel(logging.WARNING)  # the terminal is the command's
    for warning in lender.warnings if isinstance(lender, Configuration) else ():
        logger.warning("%s", warning)
    sys.exit(asyncio.run(_until_the_end(lender, draft, words)))


async def _until_the_end(lender: Control | Configuration, draft: Draft, words: Sequence[str]) -> int:
    """Run the command, clear up whatever comes, and return the exit code."""
    with relayed() as relay:
        try:
            with tempfile.TemporaryDirectory(prefix="signer-proxy-") as folder:  # of mode 0700
                return await _run(lender, draft, words, Path(folder), relay)
        except asyncio.CancelledError:
            if relay.ended_by is None:
                raise
            return 128 + relay.ended_by


async def _run(lender: Control | Configuration, draft: Draft, words: Sequence[str], folder: Path, relay: Relay) -> int:
    async with _of_the_running(lender) if isinstance(lender, Control) else _of_our_own(lender) as lease:
        trusted = write_trust(lease.authorities, os.environ, folder)
        environ = variables(os.environ, secret_variables(draft), lease, trusted)
        await _warn_of_deaf_sdk(draft, words, environ)
        with relay.to(_launched(words, environ)) as child:
            return await child.ended()


def _launched(words: Sequence[str], environ: Mapping[str, str]) -> Child:
    """Launch the command, or say why it cannot be."""
    try:
        return launch(words, environ)
    except FileNotFoundError as e:
        if interpreter := first_line(words[0], environ)[:1]:
            raise NotFoundFailure(
                f"{words[0]}: its interpreter {interpreter[0]} is not there (see its first line)"
            ) from e
        raise NotFoundFailure(f"{words[0] or repr('')}: command not found (is it in PATH?)") from e
    except OSError as e:
        raise NotExecutableFailure(f"{words[0]}: cannot be run: {e.strerror} (is it a program?)") from e


@asynccontextmanager
async def _of_the_running(daemon: Control) -> AsyncIterator[Lease]:
    try:
        with daemon.lease() as lease:
            yield lease
    except ControlError as e:
        raise Failure(str(e)) from e


@asynccontextmanager
async def _of_our_own(configuration: Configuration) -> AsyncIterator[Lease]:
    from signer_proxy.assembly import build
    from signer_proxy.audit import exchange_log  # here, since with a daemon that runs nothing of it is needed
    from signer_proxy.cli.run import DRAIN
    from signer_proxy.engines.mitmproxy.engine import open_engine
    from signer_proxy.reload.reload import Reloader

    async def put(runtime: Runtime) -> None:
        await engine.put(replace(runtime, ports=ports if ports is not None else runtime.ports))

    runtime, ports = build(configuration), None
    async with AsyncExitStack() as stack:
        try:
            engine = await stack.enter_async_context(open_engine(runtime, os.environ, exchange_log.tell))
        except StartError as e:
            # Another command under `exec`, say, has the ports; this one needs none but its own.
            ports = dict[int, str | None]()
            runtime = replace(runtime, ports=ports)
            engine = await stack.enter_async_context(open_engine(runtime, os.environ, exchange_log.tell))
            logger.warning("%s; calls to the real URLs are signed all the same", e)
        reloading = asyncio.create_task(Reloader(configuration, os.environ, put).watch())
        try:
            async with engine.lease() as lease:
                yield lease
        finally:
            reloading.cancel()
            await engine.close(DRAIN)


async def _warn_of_deaf_sdk(draft: Draft, words: Sequence[str], environ: Mapping[str, str]) -> None:
    theirs = {profile["upstream"] for profile in draft.profiles.values() if "snaptrade" in str(profile["scheme"])}
    port = next((upstream["port"] for name, upstream in draft.upstreams.items() if name in theirs), None)
    if port is not None and await asyncio.to_thread(sdk.has_deaf_sdk, words, environ):
        click.echo(
            "signer-proxy: the SnapTrade SDK for Python uses no proxy; its calls are signed with one more argument: "
            f'SnapTrade(…, host="http://127.0.0.1:{port}")',
            err=True,
        )
