"""The public key goes into a registration, the userSecret comes out of it, and every other byte stays."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from signer_proxy.operations.registration import (
    Forget,
    Remember,
    hidden,
    learned,
    user_without_secret,
    with_public_key,
    with_user_secret,
)

LINE: Final = 'ssh-rsa AAAA+/== "ä"'
ESCAPED: Final = rb'"rsaPublicKey":"ssh-rsa AAAA+/== \"\u00e4\""'
SECRET: Final = SecretStr('hush-"ü"\\')
REGISTER: Final = ("POST", "/snapTrade/registerUser")
RESET: Final = ("POST", "/snapTrade/resetUserSecret")
DELETE: Final = ("DELETE", "/snapTrade/deleteUser")
ANSWER: Final = b'{"userId": "alice", "userSecret": "s"}'

ADDED: Final = {
    "empty": (b"{}", b"{%b}"),
    "space": (b"{ }", b"{%b }"),
    "member": (b'{"userId":"a"}', b'{"userId":"a",%b}'),
    "space-around": (b' {"userId": "a"} \r\n', b' {"userId": "a",%b} \r\n'),
    "lines": (b'{\n\t"userId": "a"\n}\n', b'{\n\t"userId": "a",%b\n}\n'),
    "nested": (b'{"a":{"rsaPublicKey":"x"}}', b'{"a":{"rsaPublicKey":"x"},%b}'),
    "value": (b'{"userId":"rsaPublicKey"}', b'{"userId":"rsaPublicKey",%b}'),
    "braces-in-text": (b'{"userId":"}"}', b'{"userId":"}",%b}'),
    "repeated": (b'{"userId":"a","userId":"b"}', b'{"userId":"a","userId":"b",%b}'),
    "utf-8": ('{"userId":"é😀"}'.encode(), '{"userId":"é😀",%b}'.encode()),
    "escapes-and-numbers": (rb'{"a":"\u00E9\/","b":1.0e0}', rb'{"a":"\u00E9\/","b":1.0e0,%b}'),
}

UNCHANGED: Final = {
    "has-it": b'{"rsaPublicKey": "mine"}',
    "has-it-escaped": rb'{"rsaPublicK\u0065y": "mine"}',
    "has-null": b'{"rsaPublicKey": null}',
    "nothing": b"",
    "list": b"[{}]",
    "text": b'"{}"',
    "no-json": b'{"userId": "a",}',
    "nan": b'{"a": NaN}',
    "cut": b'{"userId": "a"',
    "more": b'{"userId": "a"} {}',
    "not-utf-8": b'{"userId": "\xff"}',
    "utf-16": '{"userId": "a"}'.encode("utf-16"),
    "bom": b"\xef\xbb\xbf{}",
    "form": b"userId=alice",
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize(("body", "expected"), [pytest.param(*case, id=name) for name, case in ADDED.items()])
def test_public_key_is_added(body: bytes, expected: bytes) -> None:
    """An object without the key gets it before its last brace."""
    assert with_public_key(body, LINE) == expected.replace(b"%b", ESCAPED)


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in UNCHANGED.items()])
def test_body_that_has_a_key_or_is_no_object_stays(body: bytes) -> None:
    """What names a key already, and what the scheme will refuse, is left as it is."""
    assert with_public_key(body, LINE) == body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    members=st.dictionaries(st.text(), JSON, max_size=4),
    indent=st.sampled_from([None, 0, "\t"]),
    around=st.text("\t\n\r ", max_size=3),
)
def test_public_key_and_nothing_else_is_added(members: dict[str, Any], indent: int | str | None, around: str) -> None:
    """For any object in any layout, the result says the same and the key, and taking the key out gives the bytes."""
    body = f"{around}{json.dumps(members, indent=indent)}{around}".encode()
    result = with_public_key(body, LINE)
    assert json.loads(result) == {"rsaPublicKey": LINE, **members}
    if "rsaPublicKey" not in members:
        assert result.replace((b"," if members else b"") + ESCAPED, b"") == body


LEARNED: Final = {
    "register": (*REGISTER, b"", b'{"userId":"alice"}', 200, ANSWER, Remember("alice", SecretStr("s"))),
    "reset": (*RESET, b"", b"{}", 200, ANSWER, Remember("alice", SecretStr("s"))),
    "id-of-the-body": (
        *REGISTER,
        b"",
        b'{"userId":"bob"}',
        200,
        b'{"userSecret":"s"}',
        Remember("bob", SecretStr("s")),
    ),
    "id-of-the-answer-first": (*REGISTER, b"", b'{"userId":"bob"}', 200, ANSWER, Remember("alice", SecretStr("s"))),
    "not-ascii": (
        *REGISTER,
        b"",
        b"",
        200,
        rb'{"userId":"\u00e9","userSecret":"\"\\"}',
        Remember("é", SecretStr('"\\')),
    ),
    "no-id": (*REGISTER, b"", b"{}", 200, b'{"userSecret":"s"}', None),
    "no-secret": (*REGISTER, b"", b"{}", 200, b'{"userId":"alice"}', None),
    "empty-secret": (*REGISTER, b"", b"{}", 200, b'{"userId":"alice","userSecret":""}', None),
    "secret-is-no-text": (*REGISTER, b"", b"{}", 200, b'{"userId":"alice","userSecret":5}', None),
    "refused": (*REGISTER, b"", b"{}", 400, ANSWER, None),
    "created": (*REGISTER, b"", b"{}", 201, ANSWER, Remember("alice", SecretStr("s"))),
    "moved": (*REGISTER, b"", b"{}", 301, ANSWER, None),
    "html": (*REGISTER, b"", b"{}", 200, b"<html>", None),
    "list": (*REGISTER, b"", b"{}", 200, b'["userSecret"]', None),
    "another-method": ("GET", REGISTER[1], b"", b"", 200, ANSWER, None),
    "another-operation": ("POST", "/snapTrade/login", b"", b"{}", 200, ANSWER, None),
    "delete": (*DELETE, b"clientId=x&userId=alice", b"", 200, b'{"userId":"alice"}', Forget("alice")),
    "delete-by-the-query": (*DELETE, b"userId=a%20b%2Bc+d", b"", 200, b"", Forget("a b+c d")),
    "delete-one-of-two": (*DELETE, b"userId=a&userId=b", b"", 200, b'{"userId":"b"}', Forget("b")),
    "delete-nobody-knows": (*DELETE, b"userId=a&userId=b", b"", 200, b"{}", None),
    "delete-nobody": (*DELETE, b"", b"", 200, b"{}", None),
    "delete-refused": (*DELETE, b"userId=alice", b"", 404, b'{"userId":"alice"}', None),
}


@pytest.mark.parametrize(
    ("method", "path", "raw_query", "body", "status", "answer", "expected"),
    [pytest.param(*case, id=name) for name, case in LEARNED.items()],
)
def test_what_an_exchange_tells_about_a_user(
    method: str, path: str, raw_query: bytes, body: bytes, status: int, answer: bytes, expected: object
) -> None:
    """An answer of 200 to one of three operations makes a user known, changed or gone; nothing else does."""
    assert learned(method, path, raw_query, body, status, answer) == expected


def test_learned_secret_is_not_shown() -> None:
    """The repr of what was learned names the user alone."""
    change = learned(*REGISTER, b"", b"", 200, b'{"userId":"alice","userSecret":"hush"}')
    assert "alice" in repr(change)
    assert "hush" not in repr(change)


ENCODED: Final = json.dumps(SECRET.get_secret_value()).encode()
RAW: Final = '"hush-\\"ü\\"\\\\"'.encode()

HIDDEN: Final = {
    "plain": (b'{"userId":"a","userSecret":%s}', b'{"userId":"a","userSecret":"***"}'),
    "spaces": (b'{ "userSecret" :\n %s , "userId": 1.0 }\n', b'{ "userSecret" :\n "***" , "userId": 1.0 }\n'),
    "escaped-name": (rb'{"userS\u0065cret":%s}', rb'{"userS\u0065cret":"***"}'),
    "twice": (b'{"userSecret":"older","userSecret":%s}', b'{"userSecret":"***","userSecret":"***"}'),
    "nested": (b'{"user":{"userSecret":%s},"userSecret":%s}', b'{"user":{"userSecret":"***"},"userSecret":"***"}'),
    "elsewhere": (b'{"userSecret":%s,"copy":[%s]}', b'{"userSecret":"***","copy":["***"]}'),
    "name-in-a-value": (b'{"note":"userSecret\\":","userSecret":%s}', b'{"note":"userSecret\\":","userSecret":"***"}'),
    "table": (b'{"userSecret":{"a":"b"},"c":%s}', b'{"userSecret":{"a":"b"},"c":"***"}'),
    "others": ('{"é":"ü","userSecret":%s}'.encode(), '{"é":"ü","userSecret":"***"}'.encode()),
}


@pytest.mark.parametrize("secret", [ENCODED, RAW], ids=["escaped", "utf-8"])
@pytest.mark.parametrize(("answer", "expected"), [pytest.param(*case, id=name) for name, case in HIDDEN.items()])
def test_secret_is_hidden(answer: bytes, expected: bytes, secret: bytes) -> None:
    """Three stars stand where the userSecret stood, and every other byte stays."""
    assert hidden(answer.replace(b"%s", secret), SECRET) == expected


@pytest.mark.parametrize("answer", [b"", b"<html>", b'"\x01"', b'{"userSecret":', b"\xff"], ids=repr)
def test_answer_without_a_secret_stays(answer: bytes) -> None:
    """An answer that is no JSON object taught nothing and hides nothing."""
    assert hidden(answer, SECRET) == answer


@given(user=st.text(), secret=st.text(min_size=1).filter(lambda text: text != "***"), ascii_only=st.booleans())
def test_hidden_secret_is_gone_and_the_rest_is_there(user: str, secret: str, *, ascii_only: bool) -> None:
    """For any userSecret the hidden answer says the same, but for the secret."""
    members = {"note": "userId" + secret, "userId": "user " + user, "userSecret": secret}
    answer = json.dumps(members, ensure_ascii=ascii_only).encode()
    assert json.loads(hidden(answer, SecretStr(secret))) == {**members, "userSecret": "***"}


NAMED: Final = {
    "missing": (b'{"userId":"alice"}', "alice", b'{"userId":"alice","userSecret":%s}'),
    "hidden": (b'{"userSecret" : "***", "userId":"alice"}', "alice", b'{"userSecret" : %s, "userId":"alice"}'),
    "there": (b'{"userId":"alice","userSecret":"x"}', None, b'{"userId":"alice","userSecret":"x"}'),
    "null": (b'{"userId":"alice","userSecret":null}', None, b'{"userId":"alice","userSecret":null}'),
    "nobody": (b'{"userSecret":"***"}', None, b'{"userSecret":%s}'),
    "stars-elsewhere": (
        b'{"userId":"***","a":{"b":"***"},"userSecret":"***"}',
        "***",
        b'{"userId":"***","a":{"b":"***"},"userSecret":%s}',
    ),
    "no-object": (b"[]", None, b"[]"),
    "no-json": (b"{", None, b"{"),
}


@pytest.mark.parametrize(("body", "user", "expected"), [pytest.param(*case, id=name) for name, case in NAMED.items()])
def test_secret_goes_into_a_reset(body: bytes, user: str | None, expected: bytes) -> None:
    """A reset that names its user without a userSecret, or with the stars that it was shown, can be filled."""
    assert user_without_secret(body) == user
    assert with_user_secret(body, SECRET) == expected.replace(b"%s", ENCODED)
