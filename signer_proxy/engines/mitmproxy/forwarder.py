"""The addon that answers every request by way of the proxy, so that mitmproxy never has to ask an upstream."""

from mitmproxy.http import HTTPFlow

from signer_proxy import problem
from signer_proxy.engines.mitmproxy.translation import PROFILE, is_wanted, request_of, response_of
from signer_proxy.errors import ClientGoneError, InternalError
from signer_proxy.proxy import Proxy, logger


class Forwarder:
    """Hook `request`; whatever happens in it, the flow has an answer or is killed, and so never goes on."""

    def __init__(self, proxy: Proxy | None = None) -> None:
        self.proxy = proxy
        """None until the proxy is there: requests are refused."""

    async def request(self, flow: HTTPFlow) -> None:
        """Answer a request."""
        try:
            await self._answer(flow)
        except ClientGoneError:
            flow.kill()
        except Exception as e:  # noqa: BLE001 - fail closed: mitmproxy goes on when a hook raises
            logger.error("internal: %s in the hook of a request", type(e).__name__)
            flow.response = response_of(problem.answer(InternalError(f"{type(e).__name__} in the hook of a request")))

    async def _answer(self, flow: HTTPFlow) -> None:
        assert self.proxy is not None
        request = request_of(flow)
        profile = flow.metadata.get(PROFILE, "") if flow.is_replay else None
        answer = await self.proxy.answer(request, is_wanted(flow), replayed_profile=profile)
        for value in (value for key, value in answer.headers if key == b"Signer-Profile"):
            flow.metadata[PROFILE] = value.decode()
        flow.response = response_of(answer)
        if not self.proxy.keeps_connection(request.port):
            flow.response.headers["Connection"] = "close"
