"""The token that a request needs before it can be signed, fetched as the daemon fetches it."""

import asyncio
import os

from signer_proxy.exchange import Admitted
from signer_proxy.proxy.carrier import Carrier
from signer_proxy.runtime import Runtime
from signer_proxy.schemes.credential import Credential
from signer_proxy.upstream.pool import open_pool


def fetch_credential(runtime: Runtime, admitted: Admitted) -> Credential:
    """Return the credential of a profile with tokens. Raises TokenUnavailableError, StartError."""
    return asyncio.run(_fetch(runtime, admitted))


async def _fetch(runtime: Runtime, admitted: Admitted) -> Credential:
    async with open_pool(os.environ) as pool:
        credentials = Carrier(runtime, pool, lambda _: None).credentials
        try:
            return await credentials.get(admitted)
        finally:
            await credentials.close()
