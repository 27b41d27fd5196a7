"""The client token is compared whole, taken from every place a client can put it, and shown nowhere."""

from base64 import b64encode

import pytest
from pydantic import SecretStr

from signer_proxy.errors import GuardTokenError, ProxyTokenError
from signer_proxy.guard import client_token
from signer_proxy.message import Headers

TOKEN = SecretStr("hush-é:1")
RAW = TOKEN.get_secret_value().encode()


def basic(credentials: bytes) -> Headers:
    """Return credentials for a proxy as curl and others send them."""
    return ((b"Proxy-Authorization", b"Basic " + b64encode(credentials)),)


WRONG: dict[str, Headers] = {
    "missing": (),
    "empty": ((b"Signer-Token", b""),),
    "prefix": ((b"Signer-Token", RAW[:-1]),),
    "longer": ((b"Signer-Token", RAW + b"1"),),
    "upper-case": ((b"Signer-Token", RAW.upper()),),
    "another-header": ((b"Authorization", b"Bearer " + RAW),),
}
WRONG_PROXY: dict[str, Headers] = {
    "basic-user": basic(RAW.replace(b":", b"")),
    "basic-no-colon": basic(b"hush"),
    "basic-wrong": basic(b"any:" + RAW[:-1]),
    "basic-no-base64": ((b"Proxy-Authorization", b"Basic \xff!"),),
    "basic-empty": ((b"Proxy-Authorization", b"Basic"),),
    "bearer-wrong": ((b"Proxy-Authorization", b"Bearer " + RAW[1:]),),
    "bearer-empty": ((b"Proxy-Authorization", b"Bearer"),),
    "scheme-unknown": ((b"Proxy-Authorization", b"Digest " + RAW),),
    "scheme-missing": ((b"Proxy-Authorization", RAW),),
}
RIGHT_PROXY: dict[str, Headers] = {
    "basic": basic(b"any:" + RAW),
    "basic-no-user": basic(b":" + RAW),
    "basic-lower-case": ((b"proxy-authorization", b"basic  " + b64encode(b"u:" + RAW) + b" "),),
    "bearer": ((b"Proxy-Authorization", b"Bearer " + RAW),),
    "bearer-upper-case": ((b"PROXY-AUTHORIZATION", b"BEARER " + RAW),),
}


@pytest.mark.parametrize("name", [b"Signer-Token", b"signer-token"])
def test_right_token_passes(name: bytes) -> None:
    """The header does on every port."""
    client_token.check(((name, RAW),), TOKEN)
    client_token.check_proxy(((name, RAW),), TOKEN)


@pytest.mark.parametrize("headers", RIGHT_PROXY.values(), ids=RIGHT_PROXY)
def test_right_token_in_proxy_credentials_passes(headers: Headers) -> None:
    """On the forward port the token may be a proxy's password or bearer token."""
    client_token.check_proxy(headers, TOKEN)
    with pytest.raises(GuardTokenError):
        client_token.check(headers, TOKEN)


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_wrong_token_is_refused(headers: Headers) -> None:
    """Whatever is not the whole token is refused, and the error holds no value."""
    with pytest.raises(GuardTokenError, match="Signer-Token") as caught:
        client_token.check(headers, TOKEN)
    assert "hush" not in str(caught.value)
    assert dict(caught.value.headers) == {b"WWW-Authenticate": b'Signer-Token realm="signer-proxy"'}


@pytest.mark.parametrize("headers", [*WRONG.values(), *WRONG_PROXY.values()], ids=[*WRONG, *WRONG_PROXY])
def test_wrong_token_is_refused_on_the_forward_port(headers: Headers) -> None:
    """There the challenge is the one that clients of a proxy know how to answer."""
    with pytest.raises(ProxyTokenError, match="client token") as caught:
        client_token.check_proxy(headers, TOKEN)
    assert "hush" not in str(caught.value)
    assert dict(caught.value.headers) == {b"Proxy-Authenticate": b'Basic realm="signer-proxy"'}
