"""The addon that answers every request by way of the proxy, so that mitmproxy never has to ask an upstream."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow

from signer_proxy import problem
from signer_proxy.engines.mitmproxy.translation import PROFILE, is_wanted, request_of, response_of, shown
from signer_proxy.errors import ClientGoneError, InternalError, SignerError
from signer_proxy.message import Request
from signer_proxy.proxy.proxy import Proxy, logger

if TYPE_CHECKING:  # it brings a web server along
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector


class Forwarder:
    """Hooks `request` and `refused`; whatever happens, a flow has an answer or is killed, and so never goes on."""

    def __init__(self, proxy: Proxy | None = None, inspector: "Inspector | None" = None) -> None:
        self.proxy = proxy
        """None until the proxy is there: requests are refused."""
        self._inspector = inspector

    async def request(self, flow: HTTPFlow) -> None:
        """Answer a request."""
        known = "nothing was sent"
        try:
            assert self.proxy is not None
            request = request_of(flow)
            asked = is_wanted(flow)
            known = "the request may have been sent"
            await self._answer(self.proxy, flow, request, asked)
        except ClientGoneError:
            flow.kill()
        except Exception as e:  # noqa: BLE001 - fail closed: mitmproxy goes on when a hook raises
            logger.error("internal: %s in the hook of a request", type(e).__name__)
            error = InternalError(f"{type(e).__name__} in the hook of a request ({known})")
            flow.response = response_of(problem.answer(error), flow.request.method)

    def refused(self, error: SignerError, client: Client) -> None:
        """Tell of a request that never became one."""
        if self.proxy is not None:
            self.proxy.refused(error, shown(client.peername))

    async def _answer(self, proxy: Proxy, flow: HTTPFlow, request: Request, asked: Callable[[], bool]) -> None:
        if self._inspector is not None:
            self._inspector.begin(request)
        profile = flow.metadata.get(PROFILE, "") if flow.is_replay else None
        answer = await proxy.answer(request, asked, replayed_profile=profile)
        for value in (value for key, value in answer.headers if key == b"Signer-Profile"):
            flow.metadata[PROFILE] = value.decode()
        flow.response = response_of(answer, flow.request.method)
        if not proxy.keeps_connection(request.port):
            flow.response.headers["Connection"] = "close"
