"""Every block of the README and of the documents does what it says."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from signer_proxy.cli.main import commands
from signer_proxy.settings.configuration import load
from tests.end_to_end.daemon import PATIENCE, free_port
from tests.recipes.page import without_regions
from tests.settings.writing import jwk, rsa_key

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = ("sh", "console")
LANGUAGES = {*SHELLS, "toml", "json"}
PROGRAM = """#!{python}
import importlib
from signer_proxy.cli.main import main
from signer_proxy.settings.built_in import BUILT_IN

BUILT_IN["upstreams"]["snaptrade"]["port"] = {proxy}
sandbox = importlib.import_module("signer_proxy.cli.sandbox").command
next(option for option in sandbox.params if option.name == "port").default = {sandbox}
main()
"""
PORTS = ("8080", "8081", "8082", "8888", "8079", "8090", "8091", "8092")
"""Of the proxy for either API and both, its inspector and status page, of the sandbox, its Partner and its PTI."""
ASKED = re.compile(r"^\s*curl .*?(?:# (\d{3}))?$", re.MULTILINE)
"""A call, and the status that it is answered with where it is not a good one."""
ANSWERED = re.compile(r" (\d{3}) (?:[a-z-]+ )?\d+ms")
"""A line of the log; between the two numbers is the code of a refusal."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block and where it stands."""

    document: Path
    number: int
    language: str
    text: str

    @property
    def script(self) -> str:
        """What is typed: in a `console` block, what stands behind the prompt."""
        if self.language == "sh":
            return self.text
        return "\n".join(line[2:] for line in self.text.splitlines() if line.startswith("$ "))


BLOCKS = [
    Block(document, number, language, text)
    for document in DOCUMENTS
    # What is generated is run by tests.end_to_end.clients, with a test for each tool.
    for number, (language, text) in enumerate(FENCE.findall(without_regions(document.read_text("utf-8"))), 1)
]


def name(document: Path) -> str:
    """Return what tells a document from the others."""
    return str(document.relative_to(ROOT).with_suffix(""))


def blocks(*languages: str) -> pytest.MarkDecorator:
    """Parametrize a test with the blocks of some languages."""
    found = [block for block in BLOCKS if block.language in languages]
    return pytest.mark.parametrize("block", found, ids=lambda block: f"{name(block.document)}-{block.number}")


def test_every_block_is_tested() -> None:
    """Each block has a language that a test here knows, and the README has some of each that matters."""
    assert {block.language for block in BLOCKS} <= LANGUAGES
    assert {"sh", "toml"} <= {block.language for block in BLOCKS if block.document.name == "README.md"}


def test_length() -> None:
    """The README has less than 200 lines."""
    assert len(DOCUMENTS[0].read_text("utf-8").splitlines()) < 200


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: name(document))
def test_links(document: Path) -> None:
    """What a document links to is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@blocks("toml")
def test_config(block: Block, tmp_path: Path) -> None:
    """A config in a document loads, with the variables and files it names at hand."""
    (tmp_path / "signer-proxy.toml").write_text(block.text, "utf-8")
    contents = {".pem": rsa_key().pem(), ".pub": rsa_key().public.line().encode(), ".jwk": jwk().encode()}
    for name in re.findall(r'file = "([^"]+)"', block.text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(contents.get(Path(name).suffix, b"secret"))
        (tmp_path / name).chmod(0o600)
    configuration = load(tmp_path / "signer-proxy.toml", dict.fromkeys(re.findall(r'env = "(\w+)"', block.text), "x"))
    assert set(configuration.settings.profiles) == set(tomllib.loads(block.text).get("profiles", {}))


@blocks("json")
def test_settings_of_hosts(block: Block) -> None:
    """The settings of a tools' host are JSON, and what they start is a command of ours."""
    (server,) = json.loads(block.text)["mcpServers"].values()
    assert server["command"] == "signer-proxy"
    assert commands.get_command(click.Context(commands), server["args"][0]) is not None


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a folder with the ready configs and the program; the ports that documents name are free ones in it."""
    ports = {port: str(free_port()) for port in PORTS}
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "docs" / "recipes", tmp_path / "docs" / "recipes")
    for config in tmp_path.rglob("*.toml"):
        config.write_text(moved(config.read_text("utf-8"), ports), "utf-8")
    program = tmp_path / "bin" / "signer-proxy"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable, proxy=ports["8080"], sandbox=ports["8090"]), "utf-8")
    program.chmod(0o755)
    (tmp_path / "ports.json").write_text(json.dumps(ports), "utf-8")
    return tmp_path


def moved(text: str, ports: dict[str, str]) -> str:
    """Put free ports in the place of those that a text names."""
    return re.sub(rf"\b({'|'.join(PORTS)})\b", lambda found: ports[found[0]], text)


@blocks(*SHELLS)
def test_shell(block: Block, checkout: Path) -> None:
    """A block that is typed as it stands works; each call that it makes is answered well."""
    script = moved(block.script, json.loads((checkout / "ports.json").read_text("utf-8")))
    said = checkout / "said.txt"
    environ = {"PATH": f"{checkout / 'bin'}:/usr/bin:/bin", "HOME": str(checkout), "LANG": "C.UTF-8"}
    with said.open("w") as out:
        process = subprocess.Popen(
            # What stays in the background is listening before it is ended.
            ["bash", "-euc", f"{script}\n{LISTENING.format(said) if stays(script) else ''}"],
            cwd=checkout,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(2 * PATIENCE)
        finally:
            end(process)
    text = said.read_text("utf-8")
    assert code == 0, text
    statuses, expected = ANSWERED.findall(text), ASKED.findall(script)
    answered = [status if status not in ("200", "201") else "" for status in statuses]
    assert answered[max(0, len(answered) - len(expected)) :] == expected, text
    assert "Traceback" not in text


LISTENING = "grep -qm1 'listening on' <(tail -n +1 -f --pid=$! {})"


def stays(script: str) -> bool:
    """Tell whether a script leaves a program in the background."""
    return script.rstrip().endswith("&")


def end(process: subprocess.Popen[bytes]) -> None:
    """End all that a script has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
