"""The inspector: where it is seen, how much it keeps, and whether it saves that."""

from typing import Annotated

from pydantic import Field

from signer_proxy.settings.proxy import Port
from signer_proxy.settings.secret_reference import Text
from signer_proxy.settings.table import Table
from signer_proxy.settings.units import Size


class Inspect(Table):
    """The inspector: where it is seen, how much it keeps, and whether it saves that."""

    web_port: Port = Field(default=8081, description="The port of the web UI that `run --web` opens.")
    keep: int = Field(default=1000, ge=1, le=100_000, description="The exchanges that are kept in memory.")
    keep_bytes: Annotated[
        Size, Field(default="64 MiB", validate_default=True, description="The size of those; one of more is cut.")
    ]
    save: Text | None = Field(
        default=None, description="A file for mitmproxy, yours alone, that exchanges are added to without secrets."
    )
