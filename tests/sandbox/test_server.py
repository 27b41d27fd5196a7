"""The server takes a free port or a given one, says which is busy, and goes when it is told to."""

import asyncio
import socket
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from signer_proxy.errors import StartError
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.server import serve
from tests.sandbox.calling import PARTNER


async def test_port_is_bound_inside_the_block_and_free_after_it() -> None:
    """The given port answers until the block is left, idle connections included, and can be bound again then."""
    async with httpx.AsyncClient(trust_env=False) as http:
        async with serve(create_application([PARTNER])) as port:
            assert (await http.get(f"http://127.0.0.1:{port}/")).status_code == 200
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{port}/")
        async with serve(create_application([PARTNER]), port=port) as again:
            assert again == port
            assert (await http.get(f"http://127.0.0.1:{port}/")).status_code == 200


async def test_busy_port_is_a_start_error_that_names_it() -> None:
    """A port in use is said in one line, with the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"^sandbox: cannot listen on 127\.0\.0\.1 port {port}: .+ \(choose"):
            async with serve(create_application([PARTNER]), port=port):
                pass


async def test_leaving_is_quick_with_connections_open() -> None:
    """A connection that is idle, or has sent half a request, does not hold up the end."""
    loop = asyncio.get_running_loop()
    async with serve(create_application([PARTNER])) as port:
        _, idle = await asyncio.open_connection("127.0.0.1", port)
        _, half = await asyncio.open_connection("127.0.0.1", port)
        half.write(b"GET / HTTP/1.1\r\nHost: ")
        await half.drain()
        left = loop.time()
    assert loop.time() - left < 2
    for writer in (idle, half):
        writer.close()


async def test_two_sandboxes_run_beside_each_other() -> None:
    """Each server has a port of its own, and ending one leaves the other up."""
    async with httpx.AsyncClient(trust_env=False) as http, serve(create_application([PARTNER])) as one:
        async with serve(create_application([PARTNER])) as two:
            assert one != two
        assert (await http.get(f"http://127.0.0.1:{one}/")).status_code == 200


async def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Fifty requests in a row, on one connection, take less than the two seconds that Nagle's algorithm costs them."""
    loop = asyncio.get_running_loop()
    async with serve(create_application([PARTNER])) as port, httpx.AsyncClient(trust_env=False) as http:
        started = loop.time()
        for _ in range(50):
            await http.get(f"http://127.0.0.1:{port}/")
        assert loop.time() - started < 1.5


async def test_every_answer_has_one_date() -> None:
    """The server says the time where the application does not, and only there."""
    moment = "Tue, 14 Nov 2023 22:13:20 GMT"

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Date": moment} if scope["path"] == "/own" else None
        await Response("x", headers=headers)(scope, receive, send)

    async with serve(application) as port, httpx.AsyncClient(trust_env=False) as http:
        own, other = [(await http.get(f"http://127.0.0.1:{port}{path}")).headers for path in ("/own", "/")]
    assert own.get_list("Date") == [moment]
    (now,) = other.get_list("Date")
    assert abs(parsedate_to_datetime(now).timestamp() - time.time()) < 60
