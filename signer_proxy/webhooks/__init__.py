"""The webhooks: each API's calls to us are checked before anything in them is believed."""

from signer_proxy.webhooks.pti import open_pti
from signer_proxy.webhooks.pti_public_key import PtiPublicKey
from signer_proxy.webhooks.snaptrade import verify_snaptrade
from signer_proxy.webhooks.webhook_error import WebhookError

__all__ = ["PtiPublicKey", "WebhookError", "open_pti", "verify_snaptrade"]
