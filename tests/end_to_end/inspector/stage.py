"""Both APIs, an upstream that says what a test wants, and a daemon in front of them whose inspector is open."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from signer_proxy.crypto.envelope import open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.schemes.snaptrade_signature import sign_base, signature_base
from tests.end_to_end.client_side.parties import CONSUMER_KEY, Parties, open_parties
from tests.end_to_end.client_side.profiles import jwt, signed, upstream, write, write_key
from tests.end_to_end.daemon import PROGRAM, Daemon, free_port, started
from tests.end_to_end.inspector.ui import Ui
from tests.end_to_end.pti import profiles as pti
from tests.end_to_end.pti.api import Api, open_api
from tests.end_to_end.recording import Recording
from tests.end_to_end.wire import Reply, ask, request

THEIRS: Final = "credential-that-the-client-sends"
JSON: Final = "Content-Type: application/json"


@dataclass(slots=True)
class Stage:
    """Who plays; the daemon's upstreams are `api`, `raw` (the recorder) and `pti`."""

    daemon: Daemon
    parties: Parties
    pti: Api
    recorder: Recording
    folder: Path
    ui: Ui
    token: str = field(repr=False)

    def call(self, profile: str, method: str, target: str, *headers: str, body: bytes = b"") -> Reply:
        """Call an upstream by way of the daemon."""
        name = "pti" if profile.startswith("pti") else "raw" if profile.startswith("raw") else "api"
        port = self.daemon.ports[name]
        asked = request(port, method, target, f"Signer-Profile: {profile}", *headers, body=body)
        return ask(port, asked, method)

    def secrets(self) -> set[str]:
        """Return what must never be seen: keys, and all that has authenticated a request so far."""
        told = {CONSUMER_KEY, THEIRS, self.token, *self.parties.users.values(), *self.pti.issued}
        for asked in self.parties.api.asked:
            told |= {value for name, value in asked.headers.items() if name in ("signature", "authorization")}
        for to_pti in self.pti.asked:
            told |= {value for name, value in to_pti.headers if name == "x-pti-signature"}
        return told


def config(parties: Parties, api: Api, recorder: Recording, inspect: str, *more: str) -> str:
    """Return a config with all four schemes; `inspect` is the table of that name."""
    user = ('user_id = "alice"', f'user_secret = "{parties.users["alice"]}"', 'access = "trade"')
    return "\n".join(
        [
            "version = 1",
            *more,
            f"[inspect]\nweb_port = {free_port()}\n{inspect}",
            upstream(parties.api_origin, "partner"),
            signed("partner", *user),
            signed("nobody", 'access = "trade"'),
            jwt("bob", 'file = "token.json"'),
            upstream(recorder.origin, "raw", "raw"),
            signed("raw", *user, api="raw"),
            signed("raw-reader", 'access = "read"', api="raw"),
            pti.upstream(api.origin, "pti-signed"),
            pti.signing("pti-signed", pti.TRADE),
            pti.spending("pti-token", "pti-signed", pti.TRADE),
        ]
    )


@contextmanager
def opened(
    recorder: Recording, key: PrivateKey, folder: Path, inspect: str = "", *flags: str, proxy: str = ""
) -> Iterator[Stage]:
    """Open all of it; `flags` are those of `run --web`."""
    day = 24 * 60 * 60  # the stage stands for as long as the tests take
    with (
        open_parties(recorder.background, "alice", key=key, token_life=day) as parties,
        open_api(recorder.background) as api,
    ):
        write_key(folder, key)
        pti.write_keys(folder)
        sealed = ask(parties.api_port, _jwt_call(parties)).body
        write(folder / "token.json", sealed)
        text = config(parties, api, recorder, inspect, proxy)
        with started(text, folder, command=(PROGRAM, "run", "--web", *flags)) as daemon:
            stage = Stage(daemon, parties, api, recorder, folder, Ui.of(daemon), open_envelope(json.loads(sealed), key))
            yield stage


def _jwt_call(parties: Parties) -> bytes:
    """Return a signed call for a sealed token, made by the official rules."""
    secret = parties.users["alice"]
    path, query = (
        "/snapTrade/encryptedJWT",
        f"userId=alice&userSecret={secret}&clientId=PARTNER&timestamp={int(time.time())}",
    )
    digest = sign_base(CONSUMER_KEY.encode(), signature_base(b"null", path.encode(), query.encode()))
    return request(parties.api_port, "GET", f"{path}?{query}", f"Signature: {digest}")
