"""Keys that take a while to make."""

import pytest

from signer_proxy.crypto.rsa_key import PrivateKey


@pytest.fixture(scope="session")
def key() -> PrivateKey:
    """Return the key of this machine."""
    return PrivateKey.new()


@pytest.fixture(scope="session")
def foreign_key() -> PrivateKey:
    """Return the key of another one."""
    return PrivateKey.new()
