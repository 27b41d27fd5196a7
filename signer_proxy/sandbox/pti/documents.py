"""Documents: take an upload, `multipart/form-data` with a `document` and its `metaInformation`, and say what came."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final

from signer_proxy.sandbox.pti.call import Call
from signer_proxy.sandbox.pti.errors import PtiError, bad_field

LARGEST: Final = 5 * 1024 * 1024
"""Bytes of one document."""

_FORM: Final = re.compile(r"""multipart/form-data;.*?\bboundary=(?:"([^"]+)"|([^\s;"]+)).*""", re.IGNORECASE)
_NAME: Final = re.compile(rb'\r\ncontent-disposition: *form-data;.*?\bname="([^"]*)"', re.IGNORECASE)
_FILE_NAME: Final = re.compile(rb'\bfilename="([^"]*)"', re.IGNORECASE)
_TYPES: Final = (
    *(
        f"{kind}{side}"
        for kind in ("PASSPORT", "ID_CARD", "DRIVER_LICENCE", "RESIDENCE_PERMIT")
        for side in ("", "_BACK")
    ),
    "SELFIE",
    "FOUNDING_DOCUMENT",
)


def upload_document(call: Call) -> object:
    """Add a document to a user; the answer has the digest of its bytes, to compare with what was sent."""
    user = call.books.user(call.path["user_id"])
    parts = _parts(call)
    document, name = parts.get("document", (b"", None))
    if not 0 < len(document) <= LARGEST:
        raise bad_field("document", f"must be a part of the form, of 1 to {LARGEST} bytes")
    meta = _meta(parts.get("metaInformation", (b"", None))[0])
    kept = {
        "documentType": meta["documentType"],
        "originalFileName": meta.get("originalFileName", name),
        "fileSize": len(document),
        "sha256": hashlib.sha256(document).hexdigest(),
    }
    user.documents.append(kept)
    return {"id": f"document-{len(user.documents)}", **kept}


def _parts(call: Call) -> Mapping[str, tuple[bytes, str | None]]:
    """Return the parts of the form by name: the bytes as they came, and the name of the file where it is one."""
    form = _FORM.fullmatch(call.headers.get("content-type", ""))
    if form is None:
        why = "A document is uploaded as multipart/form-data, with the boundary in the Content-Type."
        raise PtiError(415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", reason="no-form", why=why)
    delimiter = b"\r\n--" + (form[1] or form[2]).encode("latin-1")
    parts = {}
    # What is before the first delimiter is nothing, and so is what follows the last.
    for part in (b"\r\n" + call.verified.body).split(delimiter)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        if name := _NAME.search(head):
            file = _FILE_NAME.search(head)
            parts[name[1].decode(errors="replace")] = (content, file[1].decode(errors="replace") if file else None)
    return parts


def _meta(text: bytes) -> Mapping[str, object]:
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise bad_field("metaInformation", "must be a part of the form, in JSON") from e
    if not isinstance(meta, dict) or meta.get("documentType") not in _TYPES:
        raise bad_field("metaInformation.documentType", f"must be one of {', '.join(_TYPES)}")
    return meta
