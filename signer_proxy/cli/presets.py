"""The configs that `init` can write: each is one that comes with the package, with the user's own answers in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from signer_proxy.settings.got import quoted
from signer_proxy.settings.ready_config import ready_config

_START: Final = "version = 1\n"
_WRITTEN: Final = "# Written by `signer-proxy init`; every key is in the package's example.toml."


@dataclass(frozen=True, slots=True)
class Preset:
    """What `init` asks for, and what it writes."""

    api: str
    mode: str
    about: str
    """The first line of the config."""
    template: str
    variables: tuple[str, ...] = ()
    """The environment's names for the client id and, where there is one, the consumer key."""
    private_key: str | None = None
    """The file with the key that is made."""
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_consumer_key(self) -> bool:
        """Whether there is a secret that somebody else made, and that has to be put somewhere."""
        return len(self.variables) > 1

    def text(self, client_id: str, consumer_key: str | None) -> str:
        """Return the config; without a client id, the environment has it. `consumer_key` is a reference in TOML."""
        ready = ready_config(self.template).read_text("utf-8").partition(_START)[2]
        changes = {**self.changes}
        if client_id:
            changes[f'{{ env = "{self.variables[0]}" }}'] = quoted(client_id)
        if consumer_key is not None:
            changes[f'{{ env = "{self.variables[1]}" }}'] = consumer_key
        for old, new in changes.items():
            ready = ready.replace(old, new)
        return f"# {self.about}\n{_WRITTEN}\n{_START}{ready}"


_SNAPTRADE: Final = ("SNAPTRADE_CLIENT_ID", "SNAPTRADE_CONSUMER_KEY")

PRESETS: Final[Mapping[str, Preset]] = {
    "snaptrade-commercial": Preset(
        "snaptrade",
        "commercial",
        "Signs for the SnapTrade API with a commercial key, whose requests name a userId and a userSecret.",
        "snaptrade.toml",
        _SNAPTRADE,
    ),
    "snaptrade-personal": Preset(
        "snaptrade",
        "personal",
        "Signs for the SnapTrade API with a personal key, whose requests name no user.",
        "snaptrade.toml",
        _SNAPTRADE,
        changes={
            "partner": "mine",
            'scheme = "snaptrade-signature"\n': 'scheme = "snaptrade-signature"\naccount = "personal"\n',
        },
    ),
    "snaptrade-jwt": Preset(
        "snaptrade",
        "jwt",
        "Calls the SnapTrade API as one user, whose partner registered the public key of this machine.",
        "snaptrade-jwt.toml",
        private_key="snaptrade.pem",
    ),
    "pti": Preset(
        "pti",
        "",
        "Signs for the PTI API with a key of this machine, whose public half PTI was told.",
        "pti.toml",
        ("PTI_CLIENT_ID",),
        private_key="pti.jwk",
    ),
    "sandbox": Preset(
        "sandbox",
        "",
        "Signs for `signer-proxy sandbox`, which stands in for the API on this machine: nothing here is real.",
        "sandbox.toml",
    ),
}
