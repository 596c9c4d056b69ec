"""Where the relay listens: addresses, unix sockets left behind by a relay that died, ports that are
taken."""

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from proto.target import Target
from relay.settings import StartError, UsageError

SOCKET_MODE = 0o660
"""A unix socket is open to its owner and group: flows are not for everybody on the machine."""


def parse(text: str, option: str = "--listen") -> Target:
    """Read an address to listen on; unlike one to connect to, its port may be 0.

    Raise UsageError.
    """
    any_port = text.endswith(":0")
    try:
        target = Target.parse(text.removesuffix(":0") if any_port else text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    if target.tls:
        raise UsageError(f"{option} {text!r}: give --tls-cert-file instead of tls://")
    return replace(target, port=0) if any_port else target


def bind(
    server: grpc.aio.Server, target: Target, credentials: grpc.ServerCredentials | None
) -> str:
    """Open a port or socket, and give its address as a client writes it. Raise StartError."""
    prepare(target)
    try:
        if credentials is None:
            port = server.add_insecure_port(target.address)
        else:
            port = server.add_secure_port(target.address, credentials)
    except RuntimeError:
        raise refusal(target) from None
    if target.path:
        os.chmod(target.path, SOCKET_MODE)
    return str(target if target.path else replace(target, port=port))


def prepare(target: Target) -> None:
    """Make way for a socket, and see to it that none of a port's addresses is taken. Raise
    StartError.
    """
    if target.path:
        _clear(Path(target.path))
    elif taken := [error for error in _errors(target) if error.errno == errno.EADDRINUSE]:
        raise _refused(target, taken)  # gRPC is content with one of several addresses


def release(target: Target) -> None:
    """Remove the file of a unix socket."""
    if target.path:
        with contextlib.suppress(OSError):
            os.unlink(target.path)


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens on; gRPC itself would remove one in use."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise StartError(f"cannot listen on unix://{path}: it exists and is not a socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise StartError(f"cannot listen on unix://{path}: {error.strerror}") from None
    raise StartError(f"cannot listen on unix://{path}: another process listens there")


def refusal(target: Target) -> StartError:
    """Find out why an address cannot be opened; gRPC says only that it cannot."""
    return _refused(target, _errors(target))


def _refused(target: Target, errors: Sequence[OSError]) -> StartError:
    reasons = [(error.strerror or str(error)).lower() for error in errors] or [
        "not an address of this machine"
    ]
    return StartError(f"cannot listen on {target}: {reasons[0]}")


def _errors(target: Target) -> list[OSError]:
    """Try each of a target's addresses; give what the system says against them."""
    try:
        found = _addresses(target)
    except OSError as error:
        return [error]
    errors = []
    for family, address in found:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                errors.append(error)
    return errors


def _addresses(target: Target) -> list[tuple[int, Any]]:
    if target.path:
        return [(socket.AF_UNIX, target.path)]
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]
