"""Where every exchange is written down, and how large that file gets."""

from typing import Annotated

from pydantic import Field

from signer_proxy.settings.secret_reference import Text
from signer_proxy.settings.table import Table
from signer_proxy.settings.units import Size


class Audit(Table):
    """Where every exchange is written down, and how large that file gets."""

    file: Text = Field(description="The file, yours alone; a relative path starts at the config, ~/ is your home.")
    rotate: Annotated[
        Size,
        Field(default="10 MiB", validate_default=True, description="The size at which the file becomes FILE.1."),
    ]
