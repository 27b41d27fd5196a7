"""The sandbox knows whom a config signs for."""

from pathlib import Path

from signer_proxy.cli.sandbox_clients import clients_of, pti_clients_of
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.settings.configuration import load
from tests.jose_peer import private_jwk, thumbprint

CONFIG = """
version = 1

[upstreams.sandbox]
url = "http://127.0.0.1:8090"
port = 8080

[profiles.partner]
upstream = "sandbox"
scheme = "snaptrade-signature"
client_id = "PARTNER"
consumer_key = "partner-key"
user_id = "alice"
user_secret = "alice-secret"
rsa_public_key = { file = "alice.pub" }

[profiles.mine]
upstream = "sandbox"
scheme = "snaptrade-signature"
client_id = "MINE"
consumer_key = "my-key"
account = "personal"

[profiles.alice]
upstream = "sandbox"
scheme = "snaptrade-jwt"
private_key = { file = "alice.pem" }
token = { file = "alice.token.json" }
"""


def test_clients_are_the_profiles_that_sign(tmp_path: Path) -> None:
    """Each has its credentials and the user it names, with the public key; a profile with a token is no client."""
    private_key = PrivateKey.new()
    (tmp_path / "alice.pub").write_text(private_key.public.line(), "utf-8")
    (tmp_path / "alice.pem").write_bytes(private_key.pem())
    (tmp_path / "alice.pem").chmod(0o600)
    config = tmp_path / "signer-proxy.toml"
    config.write_text(CONFIG, "utf-8")
    config.chmod(0o600)
    partner, mine = clients_of(load(config, {}))
    assert (partner.client_id, partner.consumer_key, partner.account) == ("PARTNER", "partner-key", "commercial")
    assert (partner.users, partner.public_keys) == ({"alice": "alice-secret"}, {"alice": private_key.public})
    assert (mine.client_id, mine.consumer_key, mine.account) == ("MINE", "my-key", "personal")
    assert (mine.users, mine.public_keys) == ({}, {})


PTI = """
version = 1

[upstreams.pti]
url = "http://127.0.0.1:8091/v1"
port = 8082
"""
PROFILE = """
[profiles.{name}]
upstream = "pti"
scheme = "pti-signature"
client_id = "{client_id}"
private_key = {{ file = "{name}.jwk" }}
"""


def test_pti_clients_have_the_keys_of_their_profiles(tmp_path: Path) -> None:
    """Each client id is one client, which all its profiles' keys sign for; only public halves are told."""
    config = tmp_path / "signer-proxy.toml"
    profiles = {"one": "A", "two": "B", "three": "A"}
    keys = {name: private_jwk("Ed25519", number) for number, name in enumerate(profiles)}
    for name, key in keys.items():
        (tmp_path / f"{name}.jwk").write_text(key, "utf-8")
        (tmp_path / f"{name}.jwk").chmod(0o600)
    text = "".join(PROFILE.format(name=name, client_id=client_id) for name, client_id in profiles.items())
    config.write_text(PTI + text, "utf-8")
    config.chmod(0o600)
    first, second = pti_clients_of(load(config, {}))
    assert (first.client_id, list(first.keys)) == ("A", [thumbprint(keys["one"]), thumbprint(keys["three"])])
    assert (second.client_id, list(second.keys)) == ("B", [thumbprint(keys["two"])])
    assert all("d" not in jwk for client in (first, second) for jwk in client.public_jwks)
