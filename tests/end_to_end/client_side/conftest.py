"""The keys of a client and of a stranger, made once."""

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey


@pytest.fixture(scope="session")
def key() -> PrivateKey:
    """Return the client's key."""
    return PrivateKey.new()


@pytest.fixture(scope="session")
def stranger() -> PrivateKey:
    """Return somebody else's key."""
    return PrivateKey.new()
