"""The clients that the sandbox knows when it plays the APIs for a config.

Here and not in the sandbox, which knows nothing of configs: they bring the signer's code along.
"""

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.pti.clients import PtiClient
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import PtiSignatureProfile, SnapTradeSignature


def clients_of(configuration: Configuration) -> list[Client]:
    """Return a client for each profile that signs, with the user that the profile names registered, key included."""
    profiles = configuration.settings.profiles.items()
    return [
        _client(configuration, name, profile) for name, profile in profiles if isinstance(profile, SnapTradeSignature)
    ]


def pti_clients_of(configuration: Configuration) -> list[PtiClient]:
    """Return PTI's clients: each once, with the public halves of the keys of all profiles that sign for it."""
    jwks: dict[str, list[dict[str, str]]] = {}
    for name, profile in configuration.settings.profiles.items():
        if isinstance(profile, PtiSignatureProfile):
            client_id = configuration.secrets[name, "client_id"].get_secret_value()
            jwks.setdefault(client_id, []).append(configuration.pti_keys[name].public_jwk())
    return [PtiClient(client_id, tuple(known)) for client_id, known in jwks.items()]


def _client(configuration: Configuration, name: str, profile: SnapTradeSignature) -> Client:
    secrets = {
        key: secret.get_secret_value() for (owner, key), secret in configuration.secrets.items() if owner == name
    }
    is_registered = profile.user_id is not None and "user_secret" in secrets
    users = {profile.user_id: secrets["user_secret"]} if is_registered and profile.user_id else {}
    keys = {user_id: configuration.public_keys[name] for user_id in users if name in configuration.public_keys}
    return Client(secrets["client_id"], secrets["consumer_key"], profile.account, users, keys)
