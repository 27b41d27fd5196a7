"""The web application of the inspector: mitmproxy's own, less what changes the proxy, reads files or lets others in."""

from typing import Any, Final

import tornado.web
from mitmproxy import optmanager
from mitmproxy.tools.web import app
from mitmproxy.tools.web.master import WebMaster
from tornado.httputil import HTTPServerRequest
from tornado.web import _HandlerDelegate

from signer_proxy.engines.mitmproxy.inspector import web_flows
from signer_proxy.engines.mitmproxy.inspector.password import Password
from signer_proxy.engines.mitmproxy.inspector.web_refusal import refuse

MAX_BODY: Final = 16 << 20
"""Bytes of a request to the UI."""

_COMMANDS: Final = frozenset({"export", "export.formats", "replay.client"})
"""What the UI needs; the others change the proxy, or read and write files of the daemon's machine."""
BACKLOG: Final = 2000
"""Messages that may wait for a page; one that reads more slowly has to load all anew."""


class _ForeignHost(tornado.web.RequestHandler):
    """A page whose name leads here by DNS reads nothing."""

    def prepare(self) -> None:
        self.set_status(403)
        self.finish("The Host header must name this machine, such as 127.0.0.1.\n")


class _ForeignPage(tornado.web.RequestHandler):
    """Another page has nothing answered, and no password looked at."""

    def prepare(self) -> None:
        self.set_status(403)
        self.finish("No other page may open this one: follow its link from the terminal.\n")


class _Refused(app.RequestHandler):
    def get(self) -> None:
        refuse(self)

    post = put = get


class _Index(app.IndexHandler):
    def get(self) -> None:
        if self.get_query_argument("token", None) is not None:
            self.redirect("/")  # which keeps the password out of the history
        else:
            self.render("../index.html")


class Updates(app.ClientConnection):
    """A page that is told what happens."""

    def send(self, message: bytes) -> None:
        """Tell it, unless it has not read what it was told before."""
        if self._send_queue.qsize() < BACKLOG:
            super().send(message)
        else:
            self.close(1013, "too slow")


class _Commands(app.Commands):
    def write(self, chunk: str | bytes | dict[str, Any] | list[Any]) -> None:
        super().write({name: chunk[name] for name in chunk if name in _COMMANDS} if isinstance(chunk, dict) else chunk)


class _ExecuteCommand(app.ExecuteCommand):
    def post(self, cmd: str) -> None:
        if cmd in _COMMANDS:
            super().post(cmd)
        else:
            self.set_status(403)
            self.write({"error": f"{cmd}: not in the inspector of signer-proxy, which only shows"})


class _Options(app.Options):
    def get(self) -> None:
        options = optmanager.dump_dicts(self.master.options)
        del options["web_password"]
        options["server"]["value"] = False  # else the page shows the port of a proxy of mitmproxy's own
        self.write(options)

    def put(self) -> None:
        refuse(self)


class _NoProcesses(app.RequestHandler):
    def get(self) -> None:
        self.write([])  # the page asks for them, and complains of a refusal


class WebApplication(app.Application):
    """Answers requests that name this machine as their host, and of browsers those that no other page makes."""

    def __init__(self, master: WebMaster, password: Password) -> None:
        super().__init__(master, debug=False)
        self.settings["is_valid_password"] = password.matches
        self.settings["log_function"] = lambda _: None  # mitmproxy's would write URLs, and with them the password
        self.add_handlers(".*", _HANDLERS)

    def find_handler(self, request: HTTPServerRequest, **found: object) -> _HandlerDelegate:
        """Find what answers a request."""
        if not _is_loopback(request.host, self.master.options.web_port):
            return self.get_handler_delegate(request, _ForeignHost)
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return self.get_handler_delegate(request, _ForeignPage)
        return super().find_handler(request, **found)


_HANDLERS: Final = [
    (r"/", _Index),
    (r"/updates", Updates),
    (r"/flows(?:\.json)?", web_flows.Flows),
    (r"/flows/dump", web_flows.DumpFlows),
    (r"/flows/(?P<flow_id>[0-9a-f\-]+)", web_flows.EditedFlow),
    (r"/flows/(?P<flow_id>[0-9a-f\-]+)/(?P<message>request|response)/content.data", web_flows.FlowContent),
    (r"/commands(?:\.json)?", _Commands),
    (r"/commands/(?P<cmd>[a-z.]+)", _ExecuteCommand),
    (r"/options(?:\.json)?", _Options),
    (r"/options/save", _Refused),
    (r"/processes", _NoProcesses),
    (r"/executable-icon", _Refused),
]
"""In place of mitmproxy's own."""


def _is_loopback(host: str, port: int) -> bool:
    name = host.lower().removesuffix(f":{port}")
    return name in ("localhost", "127.0.0.1", "[::1]") or name.endswith(".localhost")
