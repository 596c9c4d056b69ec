"""A relay as a process: from its first line on stderr to the signal that ends it."""

import asyncio
import gc
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from proto.version import VERSION
from relay.settings import Settings, StartError

if TYPE_CHECKING:
    from relay.relay import Relay

SIGNALS = (signal.SIGTERM, signal.SIGINT)

SWITCH_SECONDS = 0.0005
"""How long a thread waits for Python's lock before it asks for it. The store's writer and the event
loop take turns all the time; with Python's 5 ms, ingest under load is half as fast."""

GARBAGE_AFTER = 50_000
"""Objects made before cycles are looked for: events make many objects and no cycles."""


def run(settings: Settings) -> str:
    """Run a relay until a signal.

    Give one line that says why it could not, empty where all went well.
    """
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own words about a failure are many lines
    logging.basicConfig(format="palomar relay: %(message)s", level=logging.WARNING)
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(GARBAGE_AFTER, 20, 20)
    try:
        asyncio.run(_serve(settings))
    except (StartError, OSError) as error:  # StoreError is an OSError
        return str(error)
    return ""


async def _serve(settings: Settings) -> None:
    from relay.relay import Relay

    stop = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    relay = Relay(settings)
    await relay.start()
    try:
        _say(_greeting(relay))
        await stop.wait()
        _say("storing what came, then stopping")
    finally:
        await relay.stop()


def _greeting(relay: "Relay") -> str:
    kept = sum(state.flows for state in relay.store.ring_states())
    metrics = (
        f"; metrics on http://{relay.metrics_address}/metrics" if relay.metrics_address else ""
    )
    where = ", ".join((*relay.addresses, *relay.hubble_addresses))
    return f"{VERSION} listening on {where}; {kept} events in {relay.settings.data}{metrics}"


def _say(line: str) -> None:
    print(f"palomar relay: {line}", file=sys.stderr, flush=True)
