"""Programs for Node's HTTP clients."""

from urllib.parse import urlsplit

from tests.recipes.programs import run, table
from tests.recipes.way import Way

_FETCH = """\
const calls = [
{calls}
];

for (const [method, url, content] of calls) {
  const sent = content && { body: JSON.stringify(content), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(url, { method, ...sent });
  console.log(answer.status, await answer.text());
}"""

_AXIOS = """\
import axios from "axios";

const calls = [
{calls}
];

const client = axios.create({ {options} });
for (const [method, url, data] of calls) {
  const answer = await client.request({ method, url, data });
  console.log(answer.status, JSON.stringify(answer.data));
}"""


def fetch(way: Way) -> str:
    """Return a program for Node's own fetch, which is told by variables alone to use a proxy."""
    told = "" if way.proxy is None else f"NODE_USE_ENV_PROXY=1 HTTP_PROXY={way.proxy} "
    return told + _run(way, _FETCH)


def axios(way: Way) -> str:
    """Return a program for axios; by its own default it throws on an error of the API."""
    options = "validateStatus: null"
    if way.proxy is not None:
        address = urlsplit(way.proxy)
        options += f', proxy: {{ protocol: "http", host: "{address.hostname}", port: {address.port} }}'
    return _run(way, _AXIOS.replace("{options}", options))


def _run(way: Way, template: str) -> str:
    calls = table(way, "[", "]", "undefined").replace(", undefined]", "]")
    return run(way, "node --input-type=module", template.replace("{calls}", calls))
