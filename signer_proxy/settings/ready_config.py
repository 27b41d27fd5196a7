"""The configs that come with the package, ready to use."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def ready_config(name: str) -> Path:
    """Return the path of a config such as "sandbox.toml": inside an installed package, beside one in a checkout."""
    inside = _PACKAGE / "config" / name
    return inside if inside.exists() else _PACKAGE.parent / "config" / name
