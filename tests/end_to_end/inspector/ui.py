"""The inspector's web application, asked as its page asks it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

import requests

from signer_proxy.control import Control, socket_path
from tests.end_to_end.daemon import PATIENCE, Daemon

SIGNED = "Signed request"

type Flow = dict[str, Any]


@dataclass(slots=True)
class Ui:
    """A session with the cookies of a page that was opened with the password."""

    url: str = field(repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    @classmethod
    def of(cls, daemon: Daemon) -> Self:
        """Open the page that a daemon has told of."""
        daemon.wait_for("^inspector: ")
        ui = cls(Control(socket_path(daemon.config, {})).inspector())
        ui.session.trust_env = False
        ui.session.get(ui.url, timeout=PATIENCE).raise_for_status()
        ui.session.get(f"{ui.origin}/updates", timeout=PATIENCE)  # where the page's web socket gets this cookie
        ui.session.headers["X-XSRFToken"] = str(ui.session.cookies["_mitmproxy_xsrf"])
        return ui

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def password(self) -> str:
        """What the URL has in it."""
        (password,) = parse_qs(urlsplit(self.url).query)["token"]
        return password

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> requests.Response:  # noqa: ANN401 - JSON
        """Ask for a path, with JSON where there is content."""
        return self.session.request(method, self.origin + path, json=content, headers=headers, timeout=PATIENCE)

    def flows(self) -> list[Flow]:
        """Return all that is shown, the oldest first."""
        found: list[Flow] = self.ask("GET", "/flows").json()
        return found

    def last(self) -> Flow:
        """Return what came last, when it is done: what is large is looked through after it was answered."""
        while (flow := self.flows()[-1])["comment"] == "under way":
            pass
        return flow

    def view(self, flow: Flow, message: str = "request", view: str = SIGNED) -> str:
        """Return the text of a content view."""
        answer = self.ask("GET", f"/flows/{flow['id']}/{message}/content/{quote(view)}.json").json()
        assert view in ("auto", answer["view_name"]), answer
        return str(answer["text"])

    def exact(self, flow: Flow) -> str:
        """Return the string that was signed, as the view shows it."""
        found = re.search(r"The exact string\n(.*?)\n ", self.view(flow), re.DOTALL)
        assert found is not None
        return found[1]

    def content(self, flow: Flow, message: str) -> bytes:
        """Return a body."""
        return self.ask("GET", f"/flows/{flow['id']}/{message}/content.data").content

    def command(self, name: str, *arguments: str) -> requests.Response:
        """Execute a command."""
        return self.ask("POST", f"/commands/{name}", {"arguments": arguments})

    def replay(self, flow: Flow) -> Flow:
        """Replay a flow, and return what came of it."""
        before = {each["id"] for each in self.flows()}
        assert self.ask("POST", f"/flows/{flow['id']}/replay").status_code == 200
        return self.wait_for_new(before)

    def wait_for_new(self, before: set[str]) -> Flow:
        """Return the flow that is not one of these, when it is done."""
        while True:
            for flow in self.flows():
                if flow["id"] not in before and ("response" in flow or "error" in flow):
                    return flow

    def everything(self) -> dict[str, str]:
        """Return all that the application hands out, by path."""
        told = {path: self.ask("GET", path).text for path in ("/flows", "/events", "/options", "/state", "/commands")}
        for flow in self.flows():
            path = f"/flows/{flow['id']}"
            for message in ("request", "response"):
                if message in flow:
                    told[f"{path}/{message}"] = self.content(flow, message).decode("utf-8", "replace")
                    for view in (SIGNED, "PTI JWS", "Decrypted envelope", "Raw", "auto"):
                        told[f"{path}/{message}/{view}"] = self.view(flow, message, view)
            for form in ("curl", "httpie", "raw", "raw_request", "raw_response"):
                told[f"{path} as {form}"] = self.command("export", form, f"@{flow['id']}").text
        told["/flows/dump"] = self.ask("GET", "/flows/dump").content.decode("utf-8", "replace")
        return {path: text if path == "/flows/dump" else _read(text) for path, text in told.items()}


def _read(text: str) -> str:
    """Return a text with what JSON escapes, such as quotes, beside it as it is."""
    try:
        return text + str(json.loads(text))
    except ValueError:
        return text
