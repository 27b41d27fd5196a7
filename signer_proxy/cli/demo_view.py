"""The demo on the screen: with colours on a terminal, as plain text elsewhere."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from signer_proxy.cli.demo_stage import Call, Reply, Stage
from signer_proxy.proxy import Exchange

_LABEL = 11


class View:
    """Writes to stdout; nothing is wrapped, so that what was signed can be copied."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def opening(self, stage: Stage) -> None:
        """Say what is running."""
        self._console.print("signer-proxy demo", style="bold")
        self._line("sandbox", f"{stage.sandbox}  plays the SnapTrade API and believes nothing")
        self._line("proxy", f"{stage.proxy}  signs what comes in, with a key made on the spot")

    def call(self, number: int, call: Call, done: Exchange, reply: Reply) -> None:
        """Show one request: as it came in, what was added, what was signed and what the sandbox said."""
        self._console.print()
        self._console.print(f"{number}. {call.title}", style="bold")
        self._line("came in", f"{call.method} {call.target}")
        if call.body:
            self._line("", call.body)
        if done.prepared:
            signed = done.prepared.signed
            self._line("added", ", ".join(signed.explanation.added), "green")
            self._line("signed", signed.explanation.signature_base.decode(), "cyan")
            self._line("Signature", signed.explanation.digest, "green")
            self._line("left", f"{call.method} {signed.target.decode()}")
        verdict = reply.verdict or done.code or "no verdict"
        self._line("verdict", f"{verdict} · {reply.status}", "bold green" if reply.is_verified else "bold red")
        self._line("answer", _short(reply.content))

    def closing(self, stage: Stage, calls: Sequence[Call]) -> None:
        """Print lines to try."""
        self._console.print()
        self._console.print("Try it yourself:", style="bold")
        for call in calls:
            self._console.print(Text(f"  {_curl(stage, call)}"))

    def exchange(self, line: str) -> None:
        """Show one more exchange, live."""
        self._console.print(Text(line))

    def _line(self, label: str, text: str, style: str = "") -> None:
        self._console.print(Text(f"   {label:<{_LABEL}}", style="dim").append(text, style=style or "not dim"))


def _curl(stage: Stage, call: Call) -> str:
    if call.body is None:
        return f"curl -s '{stage.proxy}{call.target}'"
    return f"curl -s '{stage.proxy}{call.target}' -H 'Content-Type: application/json' -d '{call.body}'"


def _short(content: object, length: int = 100) -> str:
    text = json.dumps(content, ensure_ascii=False)
    return text if len(text) <= length else f"{text[: length - 1]}…"
