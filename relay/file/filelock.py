"""One relay a file: an advisory lock beside the database, which the system releases when its holder
dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from relay.errors import StoreError


class FileLock:
    """Holds `PATH.lock` for as long as the store is open. Raises StoreError when another process
    holds it."""

    def __init__(self, path: Path) -> None:
        if not path.parent.is_dir():
            raise StoreError(f"{path}: there is no folder {path.parent}")
        try:
            self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(f"{path}: cannot be locked: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode(errors="replace").strip()
            os.close(self._descriptor)
            by = f" (process {holder})" if holder.isdecimal() else ""
            raise StoreError(f"{path}: in use by another relay{by}") from error
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let go of the lock. The file stays: nobody may lock a name that is about to vanish."""
        os.close(self._descriptor)
