"""What may be why the API answers 401 to a request that we signed."""

from email.utils import formatdate
from typing import Final, Literal

import pytest
from pydantic import SecretStr

from signer_proxy.access import Policy
from signer_proxy.message import Answer
from signer_proxy.operations import Access
from signer_proxy.operations.snaptrade import OPERATIONS
from signer_proxy.rejection import reasons
from signer_proxy.runtime import Profile
from signer_proxy.schemes import SnaptradeSignature
from signer_proxy.schemes.explanation import Explanation, Signed

NOW: Final = 1_700_000_000.0


def profile(account: Literal["commercial", "personal"] = "commercial") -> Profile:
    """Return a profile that signs."""
    scheme = SnaptradeSignature("ID", SecretStr("key"), account)
    return Profile("partner", "api", scheme, Policy(Access.READ, (), (), OPERATIONS))


def signed(*warnings: str) -> Signed:
    """Return what was signed, with warnings."""
    return Signed(b"/a?userSecret=s", (), Explanation("snaptrade-signature", b"base", "digest", (), (), ()), warnings)


def answered(body: bytes = b"", off: float = 0, status: int = 401) -> Answer:
    """Return an answer by a clock that is off."""
    return Answer(status, ((b"Date", formatdate(NOW + off, usegmt=True).encode()),), body)


CASES: Final = {
    "clock": (profile(), signed(), answered(off=-90), "the clock here is 90 s off the API's"),
    "signature": (profile(), signed(), answered(b'{"code": "1076"}'), "the API makes another signature"),
    "user": (profile(), signed(), answered(b'{"code": "1083"}'), "does not know this userId"),
    "ambiguous": (profile(), signed("canonical-ambiguous"), answered(), "canonical_json"),
    "personal": (profile("personal"), signed(), answered(b"[]"), "account = 'personal', so no user is sent"),
    "commercial": (profile(), signed(), answered(b"nonsense"), "account = 'commercial'"),
}


@pytest.mark.parametrize(("profile", "signed", "answer", "said"), CASES.values(), ids=CASES)
def test_reasons(profile: Profile, signed: Signed, answer: Answer, said: str) -> None:
    """The likeliest comes first, and nothing of it is a secret."""
    found = reasons(profile, signed, answer, NOW)
    assert said in found[0]
    assert "userSecret=s" not in "".join(found)


def test_other_answers_have_none() -> None:
    """Only a 401 says that somebody was not recognised."""
    assert reasons(profile(), signed(), answered(b'{"code": "1076"}', off=90, status=403), NOW) == ()
