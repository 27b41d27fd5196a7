"""The sandbox knows whom a config signs for."""

from pathlib import Path

from signer_proxy.rsa_key import PrivateKey
from signer_proxy.sandbox.registration import clients_of
from signer_proxy.settings.configuration import load

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


def test_clients_are_the_profiles_that_sign(tmp_path: Path, private_key: PrivateKey) -> None:
    """Each has its credentials and the user it names, with the public key; a profile with a token is no client."""
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
