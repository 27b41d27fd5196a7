"""How a page gives a program, which makes all calls, to its interpreter."""

from tests.recipes.command_lines import under_exec
from tests.recipes.way import Way


def run(way: Way, interpreter: str, source: str) -> str:
    """Return the lines that run source text, under `exec` where the way says so."""
    if way.name == "exec":
        return under_exec(interpreter, source)
    return f"{interpreter} <<'END'\n{source}\nEND"


def table(way: Way, opening: str, closing: str, nothing: str) -> str:
    """Return the calls as a program's literals, each in its own pair of brackets; `nothing` stands for no content."""
    return "\n".join(
        f'  {opening}"{call.method}", "{way.url(call)}", {call.body or nothing}{closing},' for call in way.calls
    )
