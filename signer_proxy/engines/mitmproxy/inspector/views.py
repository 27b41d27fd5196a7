"""The content views that the inspector adds to mitmproxy's."""

from typing import Final

from signer_proxy.engines.mitmproxy.inspector.decrypted_envelope import DecryptedEnvelope
from signer_proxy.engines.mitmproxy.inspector.pti_jws import PtiJws
from signer_proxy.engines.mitmproxy.inspector.signed_request import SignedRequest

VIEWS: Final = (SignedRequest, PtiJws, DecryptedEnvelope)
