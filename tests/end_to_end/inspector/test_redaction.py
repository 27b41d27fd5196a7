"""No secret is in what the inspector hands out, whatever is asked for; with --reveal, none is in a file."""

import json
import re
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.daemon import NAME, PROGRAM
from tests.end_to_end.inspector.day import BROKEN, COOKIE, HIDDEN_LINK, PACKED, live
from tests.end_to_end.inspector.stage import Stage, opened
from tests.end_to_end.recording import Recording


def seen(secrets: set[str], told: dict[str, str]) -> dict[str, set[str]]:
    """Return the secrets that are in texts, in the forms that they take, by the place of each text."""
    found = {
        place: {secret for secret in secrets if any(form in text for form in (secret, quote(secret, safe="")))}
        for place, text in told.items()
    }
    return {place: those for place, those in found.items() if those}


def export(stage: Stage, name: str) -> Path:
    """Export a HAR with the command."""
    file = stage.folder / name
    subprocess.run([PROGRAM, "export", "--config", stage.folder / NAME, "--har", file], check=True, capture_output=True)
    return file


def files(stage: Stage) -> dict[str, str]:
    """Return what the exported and the saved file hold, after a look at their modes."""
    paths = (export(stage, f"{len(list(stage.folder.iterdir()))}.har"), stage.folder / "flows.mitm")
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600, 0o600]
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in paths}


def test_nothing_is_shown(stage: Stage) -> None:
    """Lists, bodies, views, exports, dumps, HAR, the saved file, the log: none of them holds a secret."""
    secrets = live(stage)
    assert len(secrets) > 15
    told = stage.ui.everything() | files(stage) | {"output": stage.daemon.output.replace(stage.ui.password, "")}
    assert seen(secrets, told) == {}
    assert stage.ui.password not in "".join([*told.values(), stage.daemon.output.replace(stage.ui.url, "")])
    shown = " ".join(told.values())
    assert "userSecret=***" in shown


def test_reveal(recorder: Recording, key: PrivateKey, tmp_path: Path) -> None:
    """With --reveal the page shows every secret, after a warning; files, dumps and exports hold none all the same."""
    with opened(recorder, key, tmp_path, 'save = "flows.mitm"', "--reveal") as stage:
        stage.daemon.wait_for("WARNING: --reveal")
        secrets = live(stage)
        told = stage.ui.everything()
        exports = {path: text for path, text in told.items() if re.search(r" as |/dump$|/(request|response)$", path)}
        assert seen(secrets, exports | files(stage)) == {}
        pages = " ".join(text for path, text in told.items() if path not in exports)
        assert {COOKIE, HIDDEN_LINK, PACKED, BROKEN, stage.parties.users["alice"]} <= {
            secret for secret in secrets if secret in pages
        }
        packed = next(flow for flow in stage.ui.flows() if PACKED in stage.ui.view(flow, "response", "auto"))
        path = f"/flows/{packed['id']}/response/content.data"
        for destination, is_shown in {"document": False, "image": False, "empty": True}.items():
            answer = stage.ui.ask("GET", path, **{"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": destination})
            assert (PACKED in answer.text) is is_shown, "only the editor of the page reads what it may change"
        assert all(value in pages for asked in stage.pti.others for value in asked.all("x-pti-signature"))


def test_what_is_not_secret_stays(stage: Stage) -> None:
    """What is kept is otherwise what left and what came, byte for byte."""
    body = b'{ "substring":"a" }'
    reply = stage.call("partner", "POST", "/symbols?q=%20+", "Content-Type: application/json; x=y", body=body)
    flow = stage.ui.last()
    assert stage.ui.content(flow, "request") == body
    assert stage.ui.content(flow, "response") == reply.body
    assert flow["request"]["path"].startswith("/symbols?q=%20+&clientId=")
    assert ["Content-Type", "application/json; x=y"] in flow["request"]["headers"]


def test_the_saved_file_is_mitmproxys(stage: Stage) -> None:
    """The saved file can be read by mitmdump, and made into a HAR by it."""
    stage.call("partner", "GET", "/accounts")
    har = stage.folder / "mitmdump.har"
    mitmdump = PROGRAM.with_name("mitmdump")
    subprocess.run(
        [mitmdump, "-nr", stage.folder / "flows.mitm", "--set", f"hardump={har}"], check=True, capture_output=True
    )
    saved = json.loads(har.read_text())["log"]["entries"]
    assert saved[-1]["request"]["url"].startswith(f"{stage.parties.api_origin}/accounts?userId=alice&userSecret=***")
