"""Where keys stand: files alone, since a PEM has many lines."""

from pydantic import Field

from signer_proxy.settings.secret_reference import SecretReference, Text
from signer_proxy.settings.table import Table


class PrivateKeyFile(Table):
    """A private RSA key in a file that only its owner may read."""

    file: Text = Field(description="The key: PEM, or as ssh-keygen writes it; chmod 600.")
    passphrase: SecretReference | None = Field(default=None, description="Where the key's passphrase stands.")


class PtiKeyFile(Table):
    """A private RSA or Ed25519 key in a file that only its owner may read."""

    file: Text = Field(description="The key: JWK or PEM; chmod 600.")
    passphrase: SecretReference | None = Field(default=None, description="Where the passphrase of a PEM stands.")


class PublicKeyFile(Table):
    """A public RSA key in a file."""

    file: Text = Field(description="The key: one ssh-rsa line.")
