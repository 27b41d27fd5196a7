"""A file is ours as long as not a byte of it was changed."""

import pytest

from signer_proxy.service.marker import is_untouched, marked

TEXTS = {"unit": "[Unit]\nDescription=x\n", "property-list": '<?xml version="1.0"?>\n<plist>zoë</plist>\n', "empty": ""}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_ours(text: str) -> None:
    """What was marked is ours; without the line, or with another byte before or behind it, it is not."""
    ours = marked(text)
    assert is_untouched(ours)
    assert not is_untouched(text)
    assert not is_untouched(f"{ours}#")
    assert not is_untouched(f"#\n{ours}")
