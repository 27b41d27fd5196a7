"""A file as token source: read when it changed, and whatever stands there, the old token stays in use."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import TokenUnavailableError
from signer_proxy.tokens.file import FileSource
from signer_proxy.tokens.keeper import TokenKeeper
from signer_proxy.tokens.source import SourceError
from tests.tokens.jwt import jwt


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the envelope will be."""
    return tmp_path / "alice.token.json"


@pytest.fixture
async def keeper(file: Path, key: PrivateKey) -> AsyncIterator[TokenKeeper]:
    """Return a keeper of what the file holds."""
    kept = TokenKeeper(FileSource(file, key), "alice")
    yield kept
    await kept.close()


def sealed(token: str, key: PrivateKey) -> bytes:
    """Return a file's content."""
    return json.dumps(seal(token, key.public)).encode()


def write(file: Path, content: bytes) -> None:
    """Write in place."""
    file.write_bytes(content)


def replace(file: Path, content: bytes) -> None:
    """Put a file in the place of what is there, as editors do."""
    if file.is_dir():
        file.rmdir()
    other = file.with_suffix(".new")
    other.write_bytes(content)
    other.replace(file)


def swap_link(file: Path, content: bytes) -> None:
    """Lead a link to another file, as Kubernetes does."""
    target = file.with_suffix(f".{len(list(file.parent.iterdir()))}")
    target.write_bytes(content)
    link = file.with_suffix(".link")
    link.symlink_to(target)
    link.replace(file)


WRITING: dict[str, Callable[[Path, bytes], object]] = {
    "in-place": write,
    "by-rename": replace,
    "by-link": swap_link,
}


@pytest.mark.parametrize("put", WRITING.values(), ids=WRITING)
async def test_the_next_request_uses_a_new_one(
    file: Path, key: PrivateKey, keeper: TokenKeeper, put: Callable[[Path, bytes], object]
) -> None:
    """However a new envelope comes, the next request goes with it, while the old one would still be good."""
    for number in range(5):
        put(file, sealed(f"token-{'x' * number}", key))
        tokens = await asyncio.gather(*(keeper.get() for _ in range(20)))
        assert {token.text for token in tokens} == {f"token-{'x' * number}"}


async def test_a_file_that_comes_late_is_seen(file: Path, key: PrivateKey, keeper: TokenKeeper) -> None:
    """A missing file is told at once, and the request after its coming succeeds."""
    for _ in range(3):
        with pytest.raises(TokenUnavailableError, match=r"alice.token.json does not exist \(make it"):
            await keeper.get()
    write(file, sealed("token", key))
    assert (await keeper.get()).text == "token"


async def test_reading_happens_only_after_a_change(file: Path, key: PrivateKey) -> None:
    """The file's state tells whether there is something to read; touching it counts, reading it does not."""
    source = FileSource(file, key)
    write(file, sealed("token", key))
    assert source.changed()
    assert await source.fetch() == "token"
    assert not source.changed()
    assert await asyncio.to_thread(file.read_bytes)
    assert not source.changed()
    os.utime(file, (1, 1))
    assert source.changed()
    assert await source.fetch() == "token"
    os.unlink(file)
    assert source.changed()
    with pytest.raises(SourceError):
        await source.fetch()
    assert not source.changed()


def make_folder(file: Path, _: PrivateKey) -> None:
    """Put a folder there."""
    file.unlink()
    file.mkdir()


def make_pipe(file: Path, _: PrivateKey) -> None:
    """Put a pipe there, which nobody writes to."""
    file.unlink()
    os.mkfifo(file)


def foreign(file: Path, foreign_key: PrivateKey) -> None:
    """Write an envelope for somebody else."""
    file.write_bytes(sealed("foreign-token", foreign_key))


BROKEN: dict[str, tuple[Callable[[Path, PrivateKey], object], str]] = {
    "gone": (lambda file, _: os.unlink(file), "does not exist"),
    "empty": (lambda file, _: file.write_bytes(b""), "must hold JSON, got nothing"),
    "half": (lambda file, _: file.write_bytes(file.read_bytes()[:100]), "must hold JSON, got other text"),
    "html": (lambda file, _: file.write_bytes(b" <html>"), "got a page of HTML"),
    "bytes": (lambda file, _: file.write_bytes(b"\xff\xfe\x00"), "must hold JSON, got other text"),
    "nested": (lambda file, _: file.write_bytes(b"[" * 100_000), "must hold JSON, got other text"),
    "no-envelope": (lambda file, _: file.write_bytes(b'{"token": "secret"}'), "by itself, got other JSON"),
    "foreign": (foreign, "encryptedSharedKey"),
    "huge": (lambda file, _: file.write_bytes(b" " * (1 << 20) + b"{}"), "must be at most 1 MiB, got more"),
    "folder": (make_folder, "alice.token.json"),
    "pipe": (make_pipe, "must be a regular file"),
}


@pytest.mark.parametrize(("break_it", "reason"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_one_leaves_the_old_in_use(
    file: Path,
    key: PrivateKey,
    foreign_key: PrivateKey,
    keeper: TokenKeeper,
    caplog: pytest.LogCaptureFixture,
    break_it: Callable[[Path, PrivateKey], object],
    reason: str,
) -> None:
    """What cannot be opened is told in the log and in no answer; a good file is taken as soon as it is there."""
    write(file, sealed("token", key))
    first = await keeper.get()
    break_it(file, foreign_key)
    assert await keeper.get() is first
    assert len(caplog.records) == 1
    assert reason in caplog.text
    assert "foreign-token" not in caplog.text
    assert '"secret"' not in caplog.text
    replace(file, sealed("second", key))
    assert (await keeper.get()).text == "second"


async def test_a_token_that_has_ended_says_so(file: Path, key: PrivateKey, keeper: TokenKeeper) -> None:
    """An old envelope that was left in its place is named as what it is."""
    write(file, sealed(jwt(1_000_000_000), key))
    with pytest.raises(TokenUnavailableError, match=r"the token had ended \d+ s before it came"):
        await keeper.get()
