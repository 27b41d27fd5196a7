"""The addon that answers every request by way of the proxy, so that mitmproxy never has to ask an upstream."""

from collections.abc import Callable

from mitmproxy.http import HTTPFlow

from signer_proxy import problem
from signer_proxy.engines.mitmproxy.translation import PROFILE, is_wanted, request_of, response_of
from signer_proxy.errors import ClientGoneError, InternalError
from signer_proxy.message import Request
from signer_proxy.proxy import Proxy, logger


class Forwarder:
    """Hook `request`; whatever happens in it, the flow has an answer or is killed, and so never goes on."""

    def __init__(self, proxy: Proxy | None = None) -> None:
        self.proxy = proxy
        """None until the proxy is there: requests are refused."""

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

    async def _answer(self, proxy: Proxy, flow: HTTPFlow, request: Request, asked: Callable[[], bool]) -> None:
        profile = flow.metadata.get(PROFILE, "") if flow.is_replay else None
        answer = await proxy.answer(request, asked, replayed_profile=profile)
        for value in (value for key, value in answer.headers if key == b"Signer-Profile"):
            flow.metadata[PROFILE] = value.decode()
        flow.response = response_of(answer, flow.request.method)
        if not proxy.keeps_connection(request.port):
            flow.response.headers["Connection"] = "close"
