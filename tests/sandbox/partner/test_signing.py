"""The partner signs as the official SDK does."""

import json

import pytest

from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.partner.signing import signature, signed_query
from tests.vectors.loading import Vector, vectors


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.id) for vector in vectors()])
def test_signature_is_the_python_sdks(vector: Vector) -> None:
    """Every golden vector comes out."""
    content = None if vector.body is None else json.loads(vector.body)
    client = Client("any", vector.consumer_key)
    assert signature(client, vector.path, vector.query, content) == vector.python


def test_query_is_encoded_and_complete() -> None:
    """Any userId and secret can stand in the query; the time is in whole seconds."""
    query = signed_query(Client("P", "key"), {"userId": "zoë/ü +", "userSecret": "&="}, 1_700_000_000.9)
    assert query == "userId=zo%C3%AB%2F%C3%BC%20%2B&userSecret=%26%3D&clientId=P&timestamp=1700000000"
