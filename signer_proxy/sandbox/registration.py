"""The clients that the sandbox knows when it plays the API for a config."""

from signer_proxy.sandbox.clients import Client
from signer_proxy.settings.configuration import Configuration


def clients_of(configuration: Configuration) -> list[Client]:
    """Return a client for each profile's credentials, with the user that the profile names registered."""
    return [_client(configuration, name) for name in configuration.settings.profiles]


def _client(configuration: Configuration, name: str) -> Client:
    profile = configuration.settings.profiles[name]
    secrets = {
        key: secret.get_secret_value() for (owner, key), secret in configuration.secrets.items() if owner == name
    }
    is_registered = profile.user_id is not None and "user_secret" in secrets
    users = {profile.user_id: secrets["user_secret"]} if is_registered and profile.user_id else {}
    return Client(secrets["client_id"], secrets["consumer_key"], profile.account, users)
