"""What is large is looked through beside the requests that are under way, and none of them waits for it."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.end_to_end.daemon import PROGRAM, Daemon, free_port, started
from tests.end_to_end.inspector.ui import Ui
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import ask, request
from tests.faulty_upstream import OK, Serve, Talk

MEMBER: Final = b'{"id":1,"symbol":"ABC","price":1.25,"detail":{"userSecret":"s3cr3t-of-theirs"}},'
LARGE: Final = b"[" + MEMBER * ((40 << 20) // len(MEMBER)) + b"0]"


def config(recorder: Recording, port: int, web_port: int) -> str:
    """Return a config with one upstream."""
    return f"""
        version = 1
        [inspect]
        web_port = {web_port}
        [upstreams.api]
        url = "{recorder.origin}"
        port = {port}
        default_profile = "partner"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = "api-consumer-key"
    """


def large_or_ok() -> Serve:
    """Answer /large with 40 MiB of JSON in which everything has a secret, and all else with OK."""

    async def serve(talk: Talk) -> None:
        while b" " in (head := await talk.request()):
            is_large = head.split(b" ")[1].startswith(b"/large")
            talk.writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(LARGE), LARGE) if is_large else OK
            )
            await talk.writer.drain()

    return serve


def seconds(daemon: Daemon) -> tuple[float, float]:
    """Return how long the large answer took, and then the slowest of many small requests beside such answers."""

    def get(path: str) -> float:
        began = time.perf_counter()
        assert ask(daemon.port, request(daemon.port, "GET", path)).status == 200
        return time.perf_counter() - began

    get("/small")
    alone = min(get("/large"), get("/large"))
    with ThreadPoolExecutor(1) as threads:
        large = threads.submit(lambda: [get("/large"), get("/large")])
        small = [get("/small")]
        while not large.done():
            small.append(get("/small"))
    return alone, max([*small, *(get("/small") for _ in range(20))])


def test_nobody_waits(recorder: Recording, tmp_path: Path) -> None:
    """With the inspector, large answers and small ones beside them take not many times as long as without."""
    recorder.begin(large_or_ok())
    took = {}
    for number, flags in enumerate(([], ["--web"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        with started(config(recorder, free_port(), free_port()), folder, command=(PROGRAM, "run", *flags)) as daemon:
            took[number] = seconds(daemon)
    (alone, small), (alone_inspected, small_inspected) = took[0], took[1]
    assert alone_inspected < 4 * alone
    assert small_inspected < 4 * max(small, alone)


def test_what_is_kept_of_it(recorder: Recording, tmp_path: Path) -> None:
    """Of a large answer the beginning is kept, without its secrets and in the order of the requests; all is saved."""
    recorder.begin(large_or_ok())
    text = config(recorder, free_port(), free_port()).replace("[inspect]", '[inspect]\nsave = "flows.mitm"')
    with started(text, tmp_path, command=(PROGRAM, "run", "--web")) as daemon:
        for path in ("/large", "/small", "/large"):
            assert ask(daemon.port, request(daemon.port, "GET", path)).status == 200
        ui = Ui.of(daemon)
        last = ui.last()
        shown = ui.content(last, "response")
        assert ["large" in flow["request"]["path"] for flow in ui.flows()] == [True, False, True]
        assert ask(daemon.port, request(daemon.port, "GET", "/large")).status == 200
    assert shown.startswith(MEMBER.replace(b"s3cr3t-of-theirs", b"***").join([b"[", b""]))
    assert 800_000 < len(shown) <= 1 << 20
    assert b"s3cr3t" not in shown
    saved = (tmp_path / "flows.mitm").read_bytes()
    assert saved.count(b"answer cut at 1 MiB") == 3
    assert b"s3cr3t" not in saved
