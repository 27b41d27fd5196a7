"""Send requests over a number of connections for a time, and say how many a second and how long each took."""

import asyncio
import statistics
import time
from dataclasses import dataclass

ORDER = (
    b'{"account_id": "917c8734", "action": "BUY", "symbol": "AAPL", "units": 2, "price": 187.5, "note": "caf\xc3\xa9"}'
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, and milliseconds at the median and at the 99th percentile."""

    rate: float
    p50: float
    p99: float


async def measure(port: int, connections: int, seconds: float) -> Measured:
    """Measure one variant; every answer must be a 200."""
    end = time.perf_counter() + seconds
    started = time.perf_counter()
    taken = await asyncio.gather(*(_connection(port, end) for _ in range(connections)))
    times = sorted(each for one in taken for each in one)
    rate = len(times) / (time.perf_counter() - started)
    return Measured(rate, statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000)


async def _connection(port: int, end: float) -> list[float]:
    host = b"127.0.0.1:%d" % port
    get = b"GET /accounts?userId=alice HTTP/1.1\r\nHost: %b\r\n\r\n" % host
    head = b"POST /trade/impact HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    requests = (get, head % (host, len(ORDER)) + ORDER)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times: list[float] = []
    try:
        while (started := time.perf_counter()) < end:
            writer.write(requests[len(times) % 2])
            answer = await reader.readuntil(b"\r\n\r\n")
            lines = answer.lower().split(b"\r\n")
            assert lines[0].startswith(b"http/1.1 200"), answer
            await reader.readexactly(next(int(line[15:]) for line in lines if line.startswith(b"content-length")))
            times.append(time.perf_counter() - started)
    finally:
        writer.close()
    return times
