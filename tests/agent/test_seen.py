"""What a server sends again after a break is told from what is new."""

import json

from hypothesis import given
from hypothesis import strategies as st

from agent.sources.seen import NODES, PER_NODE, Seen

Sent = tuple[str, int, bytes]


def take(seen: Seen, sent: list[Sent]) -> list[Sent]:
    return [each for each in sent if seen.is_new(*each)]


def since(seen: Seen, sent: list[Sent]) -> list[Sent]:
    """Answer as a server does that is asked for what it sent since a time."""
    first = seen.since()
    return [each for each in sent if first is None or each[1] >= first]


def restarted(seen: Seen) -> Seen:
    """Write it down and read it again, as over a restart."""
    return Seen(json.loads(json.dumps(seen.written())))


streams = st.lists(
    st.tuples(st.sampled_from(["a", "b", ""]), st.integers(0, 3), st.sampled_from([b"x", b"y"])),
    max_size=120,
)


def in_time(steps: list[Sent]) -> list[Sent]:
    """Let time go on by a step at each event; many are at just the same time, many are equal."""
    now, sent = 0, []
    for node, step, event in steps:
        now += step
        sent.append((node, now, event))
    return sent


@given(streams.map(in_time), st.data())
def test_after_breaks_anywhere_everything_came_once(sent: list[Sent], data: st.DataObject) -> None:
    seen, taken, done = Seen(), list[Sent](), 0
    for _ in range(3):
        upto = data.draw(st.integers(done, len(sent)))
        seen = restarted(seen) if data.draw(st.booleans()) else seen
        answer = since(seen, sent[:done]) + sent[done:upto]
        if seen.since() is not None:
            seen.resume()
        taken += take(seen, answer)
        done = upto
    assert taken == sent[:done]


def test_a_node_whose_clock_is_ahead_hides_no_other() -> None:
    ahead = [("ahead", 10**9 + n, b"%d" % n) for n in range(100)]
    right = [("right", n, b"%d" % n) for n in range(100)]
    seen = Seen()
    take(seen, ahead + right)
    seen = restarted(seen)
    seen.resume()
    new = [("right", 100 + n, b"new %d" % n) for n in range(5)]
    assert take(seen, since(seen, ahead + right + new)) == new


def test_what_is_late_counts_once_what_is_newer_has_come() -> None:
    seen = Seen()
    take(seen, [("a", n, b"%d" % n) for n in range(100)])
    seen.resume()
    assert not seen.is_new("a", 10, b"10")
    assert seen.is_new("a", 200, b"newer")
    assert seen.is_new("a", 11, b"late")


def test_what_is_remembered_is_bounded() -> None:
    seen = Seen()
    for node in range(NODES + 50):
        for n in range(PER_NODE + 5):
            seen.is_new(f"{node}", n, b"%d" % n)
    written = seen.written()
    assert len(written) == NODES
    assert max(len(latest) for _, _, _, latest in written) == PER_NODE
