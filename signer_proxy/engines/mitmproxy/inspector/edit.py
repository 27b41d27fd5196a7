"""What a person may change of a kept flow, in the types that mitmproxy takes without a look."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError


def _encodable(text: str) -> str:
    """Return a text that UTF-8 has bytes for; JSON can tell half of a surrogate pair. Raises UnicodeEncodeError."""
    text.encode()
    return text


type _Text = Annotated[str, AfterValidator(_encodable)]
type _Fields = list[Annotated[list[_Text], Field(min_length=2, max_length=2)]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Message(_Part):
    http_version: _Text = ""
    headers: _Fields = []
    trailers: _Fields = []
    content: _Text = ""


class _Request(_Message):
    method: _Text = ""
    scheme: _Text = ""
    host: _Text = ""
    path: _Text = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 0


class _Response(_Message):
    msg: _Text = ""
    code: Annotated[int, Field(ge=100, le=999)] = 0


class _Edit(_Part):
    request: _Request | None = None
    response: _Response | None = None
    marked: _Text = ""
    comment: _Text = ""


def fault(told: object) -> str | None:
    """Return where an edit is none and why, without any value of it; None where it can be made."""
    try:
        _Edit.model_validate(told)
    except ValidationError as e:
        first = e.errors(include_url=False, include_input=False, include_context=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'edit'}: {first['msg']}"
    return None
