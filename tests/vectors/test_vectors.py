"""The golden vectors are whole, say where they come from, and are what the official Python SDK computes today."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.vectors.cases import cases
from tests.vectors.loading import Vector, document, sdk_signature, vectors

PACKAGE = Path(__file__).with_name("package.json")
LOCK = Path(__file__).with_name("package-lock.json")
VECTORS = vectors()


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in VECTORS])
def test_python_sdk_still_computes_the_signature(vector: Vector) -> None:
    """The installed Python SDK gives the committed signature, so that a version which signs otherwise is seen."""
    body = None if vector.body is None else json.loads(vector.body)
    assert sdk_signature(vector.path, vector.query, body, vector.consumer_key) == vector.python


def test_file_holds_the_table_of_cases() -> None:
    """The file was regenerated after the last change of the cases."""
    columns = ("python", "typescript")
    requests = [{name: value for name, value in asdict(vector).items() if name not in columns} for vector in VECTORS]
    assert requests == [asdict(case) for case in cases()]


def test_there_are_enough_vectors_with_ids_of_their_own() -> None:
    """At least 100 cases stand in the file, each under its own id."""
    ids = {vector.id for vector in VECTORS}
    assert len(ids) == len(VECTORS) >= 100


def test_documented_request_is_a_vector_on_which_both_sdks_agree() -> None:
    """The request that the vendor's guide walks through is signed alike by both SDKs."""
    documented = next(vector for vector in VECTORS if vector.id == "documented")
    assert documented.consumer_key == "YOUR_CONSUMER_KEY"
    assert documented.path == "/api/v1/snapTrade/registerUser"
    assert documented.query == "clientId=PASSIVTEST&timestamp=1635790389"
    assert documented.body == '{"userId":"new_user_123"}'
    assert documented.python == documented.typescript


def test_sdks_differ_on_some_vectors() -> None:
    """Bodies on which the Python and the TypeScript SDK sign differently are among the cases, and not only those."""
    differing = [vector for vector in VECTORS if vector.python != vector.typescript]
    assert 0 < len(differing) < len(VECTORS) / 2


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in VECTORS])
def test_request_is_one_that_can_be_sent(vector: Vector) -> None:
    """A body is JSON that UTF-8 can carry, a target printable ASCII with what a signed request must have."""
    if vector.body is not None:
        json.loads(vector.body.encode())
    assert re.fullmatch(r"/[!-~]*", vector.path)
    assert re.fullmatch(r"[!-~]+", vector.query)
    assert not set("?#") & set(vector.path + vector.query)
    assert {"clientId", "timestamp"} <= {pair.partition("=")[0] for pair in vector.query.split("&")}


def test_second_question_mark_is_beyond_the_python_sdk() -> None:
    """The SDK raises on a query with a `?`, which is why no vector has one."""
    with pytest.raises(ValueError, match="too many values to unpack"):
        sdk_signature("/accounts", "q=a?b", None, "key")


def test_file_names_its_sources() -> None:
    """Package, version and way of calling are given for both SDKs; the TypeScript one is the one that is pinned."""
    source = document()["source"]
    assert source["python"]["package"] == "snaptrade-python-sdk"
    assert source["python"]["call"].startswith("snaptrade_client.request_after_hook.compute_request_signature(")
    assert re.fullmatch(r"\d+\.\d+\.\d+", source["python"]["version"])
    typescript = source["typescript"]
    assert typescript["call"].startswith("requestAfterHook ")
    assert json.loads(PACKAGE.read_text("utf-8"))["dependencies"] == {typescript["package"]: typescript["version"]}


def test_locked_packages_have_a_digest_and_no_address() -> None:
    """The lock pins every package by its digest, and names no registry to take it from."""
    packages = json.loads(LOCK.read_text("utf-8"))["packages"]
    locked = {name: package for name, package in packages.items() if name}
    assert "node_modules/snaptrade-typescript-sdk" in locked
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not any("resolved" in package for package in locked.values())
