"""The view is bounded, and lets none go that is under way."""

from signer_proxy.engines.mitmproxy.inspector import bounds
from signer_proxy.engines.mitmproxy.inspector.kept import Kept
from tests.engines.inspector.flows import facts, flow


def test_the_oldest_go() -> None:
    """The oldest of those that are done go, whenever one comes or ends."""
    kept = Kept(3, 1 << 20)
    flows = [flow(facts()) for _ in range(6)]
    for each in flows:
        kept.begin(each)
    assert len(kept) == 6
    for each in flows[1:4]:
        kept.end(each)
    assert [each.id for each in kept] == [each.id for each in (flows[0], flows[4], flows[5])]
    kept.end(flows[0])
    assert [each.id for each in kept.done()] == [flows[0].id]


def test_the_size() -> None:
    """A flow that grows pushes others out, and what has gone counts no longer."""
    kept = Kept(100, 100_000)
    small, large = flow(facts()), flow(facts())
    for each in (small, large):
        kept.begin(each)
        kept.end(each)
    assert large.response is not None
    large.response.raw_content = b"x" * 98_000
    kept.update([large])
    assert [each.id for each in kept] == [large.id]
    kept.remove([large])
    for _ in range(20):
        kept.add([flow(facts())])
    assert len(kept) == 20


def test_clearing() -> None:
    """A flow that is cleared while it is under way comes back when it is done."""
    kept = Kept(10, 1 << 20)
    waiting = flow(facts())
    kept.begin(waiting)
    kept.clear()
    assert len(kept) == 0
    kept.end(waiting)
    assert [each.id for each in kept.done()] == [waiting.id]


def test_what_python_takes() -> None:
    """A thousand headers and changes of no bytes of their own take memory all the same, and count."""
    empty = flow(facts(headers=((b"", b""),) * 1000))
    assert bounds.size(empty) > bounds.size(flow(facts())) + 150_000
