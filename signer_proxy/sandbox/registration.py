"""The clients that the sandbox knows when it plays the API for a config."""

from signer_proxy.sandbox.clients import Client
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import SnapTradeSignature


def clients_of(configuration: Configuration) -> list[Client]:
    """Return a client for each profile that signs, with the user that the profile names registered, key included."""
    profiles = configuration.settings.profiles.items()
    return [
        _client(configuration, name, profile) for name, profile in profiles if isinstance(profile, SnapTradeSignature)
    ]


def _client(configuration: Configuration, name: str, profile: SnapTradeSignature) -> Client:
    secrets = {
        key: secret.get_secret_value() for (owner, key), secret in configuration.secrets.items() if owner == name
    }
    is_registered = profile.user_id is not None and "user_secret" in secrets
    users = {profile.user_id: secrets["user_secret"]} if is_registered and profile.user_id else {}
    keys = {user_id: configuration.public_keys[name] for user_id in users if name in configuration.public_keys}
    return Client(secrets["client_id"], secrets["consumer_key"], profile.account, users, keys)
