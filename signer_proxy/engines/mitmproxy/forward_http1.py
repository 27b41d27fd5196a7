"""Read HTTP/1.1 at a forward port, where a request may open a tunnel, or pass on to a host that is no upstream's."""

from dataclasses import dataclass, field

from mitmproxy import http
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.commands import StartHook

from signer_proxy import problem
from signer_proxy.engines.mitmproxy.far_end import entered
from signer_proxy.engines.mitmproxy.foreign import ESTABLISHED, ForeignRequest, ForeignTunnel
from signer_proxy.engines.mitmproxy.http1 import StrictHttp1Server
from signer_proxy.engines.mitmproxy.translation import head_of
from signer_proxy.errors import BadRequestError, InternalError, SignerError
from signer_proxy.message import Request


@dataclass
class Asked:
    """A request whose head has come; what becomes of it is refused until the hook says something else."""

    request: Request = field(repr=False)
    error: SignerError | None = field(
        default_factory=lambda: InternalError("the hook of a destination failed (nothing was sent)")
    )
    passes: bool = False


@dataclass
class DestinationHook(StartHook):
    """Asks an addon of ours what becomes of a request to a forward port."""

    data: Asked


class ForwardHttp1Server(StrictHttp1Server):
    """One client connection to a forward port."""

    _inside: layer.Layer | None = None

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if self._inside is None:
            yield from super()._handle_event(event)
        else:
            yield from self._inside.handle_event(event)

    def take(self, request: http.Request, size: int | None, event: events.DataReceived) -> layer.CommandGenerator[None]:
        """Ask what becomes of a request, and do it."""
        is_connect = request.data.method == b"CONNECT"
        if is_connect and size != 0:
            yield from self._refuse(BadRequestError("CONNECT has a body, which it cannot (leave out its length)"))
            return
        asked = Asked(head_of(request, self.context.client))
        yield DestinationHook(asked)
        if asked.error is not None:
            yield from self._answer_last(problem.answer(asked.error))
        elif asked.passes:
            foreign = ForeignTunnel if is_connect else ForeignRequest
            yield from self._hand_over(foreign(self.context.fork(), request, size))
        elif is_connect:
            yield commands.SendData(self.conn, ESTABLISHED)
            address = (request.host, request.port)
            yield from self._hand_over(layer.NextLayer(entered(self.context, request.data.authority, address)))
        else:
            yield from super().take(request, size, event)

    def _hand_over(self, inside: layer.Layer) -> layer.CommandGenerator[None]:
        self._inside = inside
        yield from inside.handle_event(events.Start())
        early = self.buf.maybe_extract_at_most(len(self.buf)) if self.buf else None
        if early:
            yield from inside.handle_event(events.DataReceived(self.conn, bytes(early)))
