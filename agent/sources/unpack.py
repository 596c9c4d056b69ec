"""Files as the bytes they mean: gzip and zstd are told by their first bytes, and unpacked on the
way.
"""

import io
import zlib
from typing import Protocol

import zstandard

from agent.sources.source import SourceError

BLOCK = 1 << 20
"""Most bytes read at a time from a plain file."""

PIECE = 1 << 10
"""Packed bytes unpacked at a time. Small, since one of zstd may grow to 32 MiB in the worst case.
"""


MAGIC = 4
"""Bytes that tell how a file is packed."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _unpacker(magic: bytes) -> _Unpacker | None:
    """Make what unpacks a file that begins with `magic`; None for a plain one."""
    if magic.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31)
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard.ZstdDecompressor().decompressobj()
    return None


class Unpacked:
    """The bytes of `file`, which is read raw, from its start. `name` is for errors."""

    def __init__(self, file: io.RawIOBase, name: str) -> None:
        self.raw_bytes = 0
        """How much was read of the file itself."""
        self._file = file
        self._name = name
        self._ahead = self._at_least(MAGIC, b"")
        self._unpacker = _unpacker(self._ahead)

    @property
    def packed(self) -> bool:
        """Whether the file is compressed, and so complete when its end is reached."""
        return self._unpacker is not None

    def read(self) -> bytes:
        """Give the next bytes, empty at the end. Raise SourceError for a packed file that is cut
        off or damaged.
        """
        if self._unpacker is None:
            return self._take(BLOCK)
        while piece := self._take(PIECE):
            if data := self._unpack(piece):
                return data
        if not self._unpacker.eof:
            raise SourceError(f"{self._name}: the compressed file is cut off")
        return b""

    def skip(self, count: int) -> bytes:
        """Go `count` bytes on; give what was read beyond them."""
        if self._unpacker is None and self._file.seekable():
            self._ahead = b""
            self.raw_bytes = self._file.seek(count)
            return b""
        while count and (data := self.read()):
            if len(data) > count:
                return data[count:]
            count -= len(data)
        return b""

    def _unpack(self, piece: bytes) -> bytes:
        assert self._unpacker is not None
        try:
            if self._unpacker.eof:
                piece = piece.lstrip(b"\0")  # some writers pad with zeros
                if not piece:
                    return b""
                piece = self._at_least(MAGIC, piece)
                self._unpacker = _next_unpacker(piece)
            data = self._unpacker.decompress(piece)
        except (zlib.error, zstandard.ZstdError) as error:
            raise SourceError(f"{self._name}: damaged: {error}") from None
        if self._unpacker.eof:
            self._ahead = self._unpacker.unused_data + self._ahead
        return data

    def _at_least(self, size: int, data: bytes) -> bytes:
        """Add to `data` until it has `size` bytes, or the file ends."""
        while len(data) < size and (more := self._raw(size - len(data))):
            data += more
        return data

    def _take(self, size: int) -> bytes:
        if self._ahead:
            taken, self._ahead = self._ahead[:size], self._ahead[size:]
            return taken
        return self._raw(size)

    def _raw(self, size: int) -> bytes:
        data = self._file.read(size) or b""
        self.raw_bytes += len(data)
        return data


def _next_unpacker(magic: bytes) -> _Unpacker:
    """Make what unpacks the next member of a packed file."""
    made = _unpacker(magic)
    if made is None:
        raise zlib.error("what follows is not compressed")
    return made
