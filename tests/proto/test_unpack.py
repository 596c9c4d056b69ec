import gzip
import io
import subprocess
import sys
from random import Random

import pytest
import zstandard

from proto.unpack import Damaged, Unpacked

DATA = b"".join(b"line %d of a file that is packed\n" % n for n in range(50_000))


def unpacked(packed: bytes) -> Unpacked:
    return Unpacked(_Raw(packed))


class _Raw(io.RawIOBase):
    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(size)


def read_all(source: Unpacked, into: bytearray | None = None) -> bytes:
    """Read to the end; what was read before an error is in `into`."""
    found = bytearray() if into is None else into
    while data := source.read():
        found += data
    return bytes(found)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKERS = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
@pytest.mark.parametrize("data", [DATA, b"", b"\n", b"{}"], ids=["long", "empty", "short", "two"])
def test_bytes_come_as_they_were(pack: type[bytes], data: bytes) -> None:
    assert read_all(unpacked(pack(data))) == data


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_members_follow_each_other_wherever_one_ends(pack: type[bytes]) -> None:
    random = bytes(Random(3).randbytes(2100))  # packed, it takes as many bytes
    for size in range(980, 1050):
        packed = pack(random[:size]) + pack(random[size:])
        assert read_all(unpacked(packed)) == random


def test_frames_of_zstd_that_are_to_be_skipped_are() -> None:
    skippable = b"\x5e\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    packed = skippable + zstd(b"a\n") + skippable + zstd(b"b\n") + skippable
    assert read_all(unpacked(packed)) == b"a\nb\n"


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_cut_is_told_wherever_it_is(pack: type[bytes]) -> None:
    first, second = pack(b"one\n"), pack(b"two\n")
    for size in range(1, len(second)):
        source, found = unpacked(first + second[:size]), bytearray()
        with pytest.raises(Damaged):
            read_all(source, found)
        assert b"one\ntwo\n".startswith(found)
        assert len(found) >= 4


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_what_comes_before_a_cut_is_read(pack: type[bytes]) -> None:
    source = unpacked(pack(DATA)[:-20])
    found = bytearray()
    with pytest.raises(Damaged, match="the compressed file is cut off"):
        read_all(source, found)
    assert DATA.startswith(found)
    assert len(found) > len(DATA) // 2


def test_damage_is_told() -> None:
    packed = bytearray(gzip.compress(DATA))
    packed[2000:2100] = b"\xff" * 100
    source = unpacked(bytes(packed))
    with pytest.raises(Damaged, match="damaged: "):
        read_all(source)


def test_what_follows_a_packed_file_must_be_packed() -> None:
    source = unpacked(gzip.compress(DATA) + b"plain text")
    with pytest.raises(Damaged, match="damaged: what follows is not compressed"):
        read_all(source)


def test_padding_after_a_packed_file_is_no_damage() -> None:
    assert read_all(unpacked(gzip.compress(b"a\n") + b"\0" * 3000)) == b"a\n"


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_skipping_counts_unpacked_bytes(pack: type[bytes]) -> None:
    source = unpacked(pack(DATA))
    rest = source.skip(12_345) + read_all(source)
    assert rest == DATA[12_345:]


def test_a_small_file_that_would_unpack_to_a_huge_one_is_read_in_parts() -> None:
    source = unpacked(zstd(bytes(256 << 20)))
    assert len(source.read()) <= 64 << 20


def test_only_a_file_of_zstd_loads_its_library() -> None:
    code = (
        "import io, sys\n"
        "from proto.unpack import Unpacked\n"
        f"Unpacked(io.BytesIO({gzip.compress(b'a')!r})).read()\n"
        "print('zstandard' in sys.modules)\n"
        f"Unpacked(io.BytesIO({zstd(b'a')!r})).read()\n"
        "print('zstandard' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]
