from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from proto.lines import Lines


def read(blocks: list[bytes], longest: int = 1000) -> list[tuple[bytes | None, int, int]]:
    """Give each line with the offset and the number of the next."""
    lines = Lines(longest)
    found = [(line, lines.offset, lines.number) for block in blocks for line in lines.feed(block)]
    return found + [(line, lines.offset, lines.number) for line in lines.finish()]


def test_lines_end_at_newlines() -> None:
    assert read([b"a\nbc\n"]) == [(b"a", 2, 2), (b"bc", 5, 3)]


def test_the_last_line_need_not_end() -> None:
    assert read([b"a\nb", b"c"]) == [(b"a", 2, 2), (b"bc", 4, 3)]


def test_a_long_line_is_given_as_none_and_not_held() -> None:
    lines = Lines(4)
    for _ in range(1000):
        assert list(lines.feed(b"x" * 100)) == []
    assert sum(map(len, lines._parts)) <= 4
    assert list(lines.feed(b"x\nok\n")) == [None, b"ok"]
    assert (lines.offset, lines.number) == (100_005, 3)


@given(st.binary(max_size=60).map(lambda data: data.replace(b"x", b"\n")), st.data())
def test_where_blocks_are_cut_means_nothing(data: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=6)))
    edges = [0, *cuts, len(data)]
    blocks = [data[a:b] for a, b in pairwise(edges)]
    longest = draw.draw(st.integers(1, 10))
    assert read(blocks, longest) == read([data], longest)
    kept = [line if len(line) <= longest else None for line in data.split(b"\n")]
    if kept[-1] == b"":
        kept.pop()
    assert [line for line, _, _ in read([data], longest)] == kept
