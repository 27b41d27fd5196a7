"""What may be changed of a kept exchange, and that nothing else can be."""

import pytest

from tests.end_to_end.inspector.stage import Stage

EDITS: dict[str, object] = {
    "no object": [],
    "a marker that is none": {"marked": {"a": 1}},
    "a comment that is none": {"comment": 5},
    "half a character": {"comment": "\ud800"},
    "a port in letters": {"request": {"port": "x"}},
    "a port out of range": {"request": {"port": 70000}},
    "a header of three": {"request": {"headers": [["a", "b", "c"]]}},
    "a header of numbers": {"response": {"headers": [[1, 2]]}},
    "a body that is none": {"request": {"content": 5}},
    "a status in letters": {"response": {"code": "x"}},
    "something else": {"request": {"timestamp_start": 1}},
}


@pytest.mark.parametrize("content", EDITS.values(), ids=EDITS)
def test_what_is_no_edit(stage: Stage, content: object) -> None:
    """An edit of the wrong types changes nothing, and the list of flows stays readable."""
    stage.call("raw", "GET", "/accounts")
    before = stage.ui.last()
    assert stage.ui.ask("PUT", f"/flows/{before['id']}", content).status_code == 400
    assert stage.ui.last() == before


def test_an_edit(stage: Stage) -> None:
    """All that the page edits can be edited."""
    stage.call("raw", "GET", "/accounts")
    path = f"/flows/{stage.ui.last()['id']}"
    request = {"method": "POST", "scheme": "http", "host": "x.example", "port": 80, "path": "/x?y", "content": "é"}
    response = {"code": 201, "msg": "Made", "headers": [["A", "b"]], "content": "{}", "http_version": "HTTP/1.1"}
    for content in ({"request": request}, {"response": response}, {"request": {"headers": [["C", "d"]]}}):
        assert stage.ui.ask("PUT", path, content).status_code == 200
    edited = stage.ui.last()
    assert [edited["request"][name] for name in ("method", "host", "port", "path")] == ["POST", "x.example", 80, "/x?y"]
    assert (edited["request"]["headers"], edited["response"]["status_code"]) == ([["C", "d"]], 201)


def test_edits_and_marks(stage: Stage) -> None:
    """A developer may mark, comment, duplicate and delete: nothing of it reaches the proxy."""
    stage.call("raw", "GET", "/accounts")
    path = f"/flows/{stage.ui.last()['id']}"
    assert stage.ui.ask("PUT", path, {"marked": ":grapes:", "comment": "mine"}).status_code == 200
    copy = stage.ui.ask("POST", f"{path}/duplicate").text
    assert stage.ui.last()["comment"] == "mine"
    for each in (path, f"/flows/{copy}"):
        assert stage.ui.ask("DELETE", each).status_code == 200
    assert len(stage.recorder.requests) == 1
