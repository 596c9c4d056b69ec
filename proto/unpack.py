"""Files as the bytes they mean: gzip and zstd are told by their first bytes, and unpacked on the
way.
"""

import io
import re
import zlib
from errno import EIO
from typing import Protocol

BLOCK = 1 << 20
"""Most bytes read at a time from a plain file."""

PIECE = 1 << 10
"""Packed bytes unpacked at a time. Small, since one of zstd may grow to 32 MiB in the worst case.
"""

MAGIC = 4
"""Bytes that tell how a file is packed."""

ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
"""How a frame of zstd begins, one to be skipped among them (RFC 8878, 3.1)."""


class Damaged(OSError):
    """A packed file that is damaged or cut off; `strerror` says which."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _unpacker(magic: bytes) -> tuple[_Unpacker | None, type[Exception]]:
    """Make what unpacks a file that begins with `magic`, None for a plain one; say too what it
    raises for damage.
    """
    if magic.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31), zlib.error
    if ZSTD.match(magic):
        import zstandard  # only who has such a file waits for it

        return zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError
    return None, Damaged


class Unpacked:
    """The bytes of `file`, which is read raw, from its start."""

    def __init__(self, file: io.RawIOBase) -> None:
        self.raw_bytes = 0
        """How much was read of the file itself."""
        self._file = file
        self._ahead = self._at_least(MAGIC, b"")
        self._unpacker, self._damage = _unpacker(self._ahead)

    @property
    def packed(self) -> bool:
        """Whether the file is compressed, and so complete when its end is reached."""
        return self._unpacker is not None

    def read(self) -> bytes:
        """Give the next bytes, empty at the end. Raise Damaged for a packed file that is not whole;
        what was given before holds.
        """
        if self._unpacker is None:
            return self._take(BLOCK)
        while piece := self._take(PIECE):
            if data := self._unpack(piece):
                return data
        if not self._unpacker.eof:
            raise Damaged(EIO, "the compressed file is cut off")
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
        if self._unpacker.eof and not (piece := self._next_member(piece)):
            return b""
        try:
            data = self._unpacker.decompress(piece)
        except self._damage as error:
            raise Damaged(EIO, f"damaged: {error}") from None
        if self._unpacker.eof:
            self._ahead = self._unpacker.unused_data + self._ahead
        return data

    def _next_member(self, piece: bytes) -> bytes:
        """Begin the member that follows; give its first bytes, empty if there is none so far."""
        piece = piece.lstrip(b"\0")  # some writers pad with zeros
        if not piece:
            return b""
        piece = self._at_least(MAGIC, piece)
        unpacker, self._damage = _unpacker(piece)
        if unpacker is None:
            raise Damaged(EIO, "damaged: what follows is not compressed")
        self._unpacker = unpacker
        return piece

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
