"""Programs for Python's HTTP clients."""

from tests.recipes.programs import run, table
from tests.recipes.way import Way

_REQUESTS = """\
import requests

CALLS = [
{calls}
]

with requests.Session() as session:
{proxy}    for method, url, content in CALLS:
        answer = session.request(method, url, json=content)
        print(answer.status_code, answer.text)"""

_HTTPX = """\
import httpx

CALLS = [
{calls}
]

with httpx.Client({options}) as client:
    for method, url, content in CALLS:
        answer = client.request(method, url, json=content)
        print(answer.http_version, answer.status_code, answer.text)"""

_AIOHTTP = """\
import asyncio

import aiohttp

CALLS = [
{calls}
]

async def main():
    async with aiohttp.ClientSession({options}) as session:
        for method, url, content in CALLS:
            async with session.request(method, url, json=content) as answer:
                print(answer.status, await answer.text())

asyncio.run(main())"""


def requests(way: Way) -> str:
    """Return a program for requests."""
    proxy = "" if way.proxy is None else f'    session.proxies = {{"http": "{way.proxy}"}}\n'
    return _run(way, _REQUESTS.replace("{proxy}", proxy))


def httpx(way: Way) -> str:
    """Return a program for httpx with HTTP/1.1."""
    return _run(way, _HTTPX.replace("{options}", "" if way.proxy is None else f'proxy="{way.proxy}"'))


def httpx_http2(way: Way) -> str:
    """Return a program for httpx with HTTP/2; in the clear nothing tells the two sides that they both speak it."""
    return _run(way, _HTTPX.replace("{options}", "http2=True" if way.name == "exec" else "http1=False, http2=True"))


def aiohttp(way: Way) -> str:
    """Return a program for aiohttp, which looks at the variables where it is told to."""
    proxy = "" if way.proxy is None else f'proxy="{way.proxy}"'
    return _run(way, _AIOHTTP.replace("{options}", "trust_env=True" if way.name == "exec" else proxy))


def _run(way: Way, template: str) -> str:
    return run(way, "python -", template.replace("{calls}", table(way, "(", ")", "None")))
