"""Write the golden vectors anew with the two official SDKs, and print where and how these differ.

Run `npm ci --prefix tests/vectors`, then `python -m tests.vectors.regenerate`, from the root of the repository.
"""

import hmac
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

from tests.vectors.cases import Case, cases
from tests.vectors.loading import FILE, sdk_signature

HERE = Path(__file__).parent
ABOUT = (
    "Signatures that the official SnapTrade SDKs compute with code of their own; written by "
    "`python -m tests.vectors.regenerate`. Neither SDK prepends /api/v1 any more: `path` is signed as it stands. "
    "Queries with a second `?` are missing, since the Python SDK raises on them."
)
PYTHON_CALL = (
    "snaptrade_client.request_after_hook.compute_request_signature("
    "path=path + '?' + query, consumer_key=consumer_key, body=None if body is null else json.loads(body))"
)
TYPESCRIPT_CALL = (
    "requestAfterHook of dist/index.cjs (not exported: compiled with a line that hands it out), with "
    "axiosArgs.url = path + '?' + query and axiosArgs.options.data = JSON.stringify(JSON.parse(body)), "
    "undefined if body is null"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, with the key and the text that the SDK gave to its HMAC."""

    signature: str
    key: str
    base: str


def sign_with_python(case: Case) -> Signed:
    """Sign with the Python SDK, and note what it hands to `hmac.new`."""
    body = None if case.body is None else json.loads(case.body)
    with mock.patch("hmac.new", wraps=hmac.new) as new:
        signature = sdk_signature(case.path, case.query, body, case.consumer_key)
    key, base, _ = new.call_args.args
    return Signed(signature, key.decode(), base.decode())


def sign_with_typescript(all_cases: list[Case]) -> tuple[str, list[Signed]]:
    """Sign with the TypeScript SDK; return its version and the signatures in the order of the cases."""
    done = subprocess.run(
        ["node", "sdk.mjs"],
        cwd=HERE,
        input=json.dumps([asdict(case) for case in all_cases]),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer["version"], [Signed(**signed) for signed in answer["signed"]]


def difference(python: Signed, typescript: Signed) -> str | None:
    """Say how the two signatures came to differ: by the key, by the signed text, or both; None where they agree."""
    if python.signature == typescript.signature:
        return None
    reasons = []
    if python.key != typescript.key:
        reasons.append(f"key {python.key!a} → {typescript.key!a}")
    if python.base != typescript.base:
        here, there = around_difference(python.base, typescript.base)
        reasons.append(f"text {here!a} → {there!a}")
    return "; ".join(reasons)


def around_difference(one: str, other: str, before: int = 8, after: int = 24) -> tuple[str, str]:
    """Cut both texts to the surroundings of the first character that differs."""
    pairs = enumerate(zip(one, other, strict=False))
    at = next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))
    piece = slice(max(0, at - before), at + after)
    return one[piece], other[piece]


def main() -> None:
    """Write the file and print the table of differences."""
    if not (HERE / "node_modules").is_dir():
        sys.exit("vectors: the TypeScript SDK is not installed (run: npm ci --prefix tests/vectors)")
    table = cases()
    typescript_version, by_typescript = sign_with_typescript(table)
    by_python = [sign_with_python(case) for case in table]
    pairs = list(zip(table, by_python, by_typescript, strict=True))
    content = {
        "about": ABOUT,
        "source": {
            "python": {
                "package": "snaptrade-python-sdk",
                "version": version("snaptrade-python-sdk"),
                "call": PYTHON_CALL,
            },
            "typescript": {
                "package": "snaptrade-typescript-sdk",
                "version": typescript_version,
                "call": TYPESCRIPT_CALL,
            },
        },
        "cases": [
            asdict(case) | {"python": python.signature, "typescript": typescript.signature}
            for case, python, typescript in pairs
        ],
    }
    FILE.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    differing = [(case.id, reason) for case, *signed in pairs if (reason := difference(*signed))]
    print(f"{len(table)} cases, {len(differing)} on which Python → TypeScript differ:")
    for name, reason in differing:
        print(f"  {name:40}  {reason}")


if __name__ == "__main__":
    main()
