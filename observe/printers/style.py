"""How things are to be shown: the choices that all printers share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.timestamp_pb2 import Timestamp

from observe.printers.clock import clock
from proto import flow_pb2

RESET = "\x1b[0m"
RED, GREEN, YELLOW, MAGENTA, CYAN = (f"\x1b[{number}m" for number in (31, 32, 33, 35, 36))


@dataclass(frozen=True)
class Palette:
    """What to write before and after a coloured part; nothing at all without colours."""

    reset: str = ""
    host: str = ""
    port: str = ""
    identity: str = ""
    verdicts: dict[int, str] = field(default_factory=dict)
    auths: dict[int, str] = field(default_factory=dict)


PLAIN = Palette()
COLOURED = Palette(
    reset=RESET,
    host=CYAN,
    port=YELLOW,
    identity=MAGENTA,
    verdicts={
        flow_pb2.FORWARDED: GREEN,
        flow_pb2.REDIRECTED: GREEN,
        flow_pb2.DROPPED: RED,
        flow_pb2.ERROR: RED,
        flow_pb2.AUDIT: YELLOW,
        flow_pb2.TRACED: YELLOW,
        flow_pb2.TRANSLATED: YELLOW,
    },
    auths={flow_pb2.SPIRE: GREEN, flow_pb2.TEST_ALWAYS_FAIL: RED},
)


@dataclass(frozen=True)
class Style:
    """The choices of one command line."""

    clock: Callable[[Timestamp], str] = field(default_factory=clock)
    palette: Palette = PLAIN
    translate: bool = True
    node_name: bool = False
    policy_names: bool = False
    identities: bool = True
    debug: bool = False
    columns: tuple[str, ...] = ()
