"""The demo on the screen: with colours on a terminal, as plain text elsewhere."""

import json
from collections.abc import AsyncIterator, Sequence

from rich.console import Console
from rich.text import Text

from signer_proxy.cli.demo_stage import Call, Reply, Stage
from signer_proxy.proxy.course import Exchange

_LABEL = 11


class View:
    """Writes to stdout; nothing is wrapped, so that what was signed can be copied."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._number = 0

    def opening(self, stage: Stage) -> None:
        """Say what is running."""
        self._console.print("signer-proxy demo", style="bold")
        self._line("sandbox", f"{stage.sandbox}  plays the SnapTrade API and believes nothing")
        self._line("sandbox", f"{stage.pti_sandbox}  plays PTI")
        self._line("partner", f"{stage.partner}  plays a backend that has the consumer key, and no private one")
        self._line("proxy", f"{stage.proxy}  is SnapTrade for your tools, with a key made on the spot")
        self._line("proxy", f"{stage.pti_proxy}  is PTI")

    def call(self, call: Call, done: Exchange, reply: Reply) -> None:
        """Show one request: as it came in, what was added, what was signed and what the sandbox said."""
        self._title(call.title)
        self._line(
            "came in", f"{call.method} {call.target}{f'   Signer-Profile: {call.profile}' if call.profile else ''}"
        )
        if call.body:
            self._line("", call.body)
        if done.prepared:
            signed = done.prepared.signed
            self._line("added", ", ".join(signed.explanation.added), "green")
            if signed.explanation.signature_base:
                self._line("signed", signed.explanation.signature_base.decode(), "cyan")
                self._line("Signature", signed.explanation.digest, "green")
            self._line("left", f"{call.method} {signed.target.decode()}")
        verdict = reply.verdict or done.code or "no verdict"
        self._line("verdict", f"{verdict} · {reply.status}", "bold green" if reply.is_verified else "bold red")
        self._line("answer", _short(reply.content))

    async def flow(self, title: str, steps: AsyncIterator[str]) -> None:
        """Show the steps of a flow as they are done."""
        self._title(title)
        async for step in steps:
            self._line("", step)

    def steps(self, title: str, steps: Sequence[str]) -> None:
        """Show the steps of a flow that is done."""
        self._title(title)
        for step in steps:
            self._line("", step)

    def closing(self, stage: Stage, calls: Sequence[Call], inspector: str) -> None:
        """Print where each exchange can be looked into, and lines to try; `inspector` is a URL with a password."""
        self._console.print()
        self._console.print(Text("Look into each exchange: ", style="bold").append(inspector, style="not bold"))
        self._console.print()
        self._console.print("Try it yourself:", style="bold")
        for call in calls:
            self._console.print(Text(f"  {_curl(stage, call)}"))

    def exchange(self, line: str) -> None:
        """Show one more exchange, live."""
        self._console.print(Text(line))

    def _title(self, title: str) -> None:
        self._number += 1
        self._console.print()
        self._console.print(f"{self._number}. {title}", style="bold")

    def _line(self, label: str, text: str, style: str = "") -> None:
        for number, line in enumerate(text.split("\n")):
            start = Text(f"   {'' if number else label:<{_LABEL}}", style="dim")
            self._console.print(start.append(line, style=style or "not dim"))


def _curl(stage: Stage, call: Call) -> str:
    words = [f"curl -s '{stage.pti_proxy if call.is_pti else stage.proxy}{call.target}'"]
    words += [f"-H 'Signer-Profile: {call.profile}'"] if call.profile else []
    words += [f"-H 'Content-Type: application/json' -d '{call.body}'"] if call.body else []
    return " ".join(words)


def _short(content: object, length: int = 100) -> str:
    text = json.dumps(content, ensure_ascii=False)
    return text if len(text) <= length else f"{text[: length - 1]}…"
