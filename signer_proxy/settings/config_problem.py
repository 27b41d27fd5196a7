"""One thing that is wrong in a config: the key it is about, and a sentence with rule, what was got and way out."""

from dataclasses import dataclass

from signer_proxy.settings.got import bare

type KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one key."""

    path: KeyPath
    sentence: str

    def line(self, file: str) -> str:
        """Return the line that a user reads."""
        return f"{file}: {written(self.path)}: {self.sentence}"


def written(path: KeyPath) -> str:
    """Return a key as TOML writes it, such as `profiles.partner.allow[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + bare(part)
    return text
