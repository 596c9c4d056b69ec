"""The mesh: two nodes with an Envoy and an agent each, two backends, a relay, and two clients."""

import sys
from pathlib import Path

import click

from observe.mesh import client
from observe.mesh.backend import READY
from observe.mesh.place import ALS, APP, DNS, NAME_SERVER, SERVICE, Place
from observe.process import Process
from observe.stage import LISTENING, Stage

CLIENTS = {"client": 2, "client2": 3}
"""Last part of the address of each client, by its name."""

SERVICES = {"echo-same-node": 11, "echo-other-node": 12}
"""Last part of the address of each service, by its name."""

PODS = {"echo-same-node-7967996674-t24mq": 21, "echo-other-node-697d5d69b7-x6qnp": 22}
"""Last part of the address of each backend, by the name of its pod."""

NODES = {"node-1": 101, "node-2": 102}
"""Last part of the address of each node's agent, by the name of the node."""

LISTENERS = {
    "plain": ("plain", "plain"),
    "policy": ("policy", "plain"),
    "balance": ("balance", "policy"),
}
"""What the Envoys of both nodes listen to, as files of config/, in each state of the mesh."""

STARTED = "starting main dispatch loop"
"""What Envoy says when it listens."""


class Mesh(Stage):
    """The processes of a mesh at `place`; leaving it ends them all."""

    def __init__(self, envoy: Path, place: Place) -> None:
        super().__init__()
        self._place = place
        self._envoy = str(envoy.absolute())
        self._config = self.folder / "config"
        self._envoys: list[Process] = []
        self._state = ""

    def start(self) -> None:
        """Start all but the Envoys."""
        self._place.copy(self._config)
        self.start_relay()
        for name, host in PODS.items():
            address, port = self._place.address(host, APP)
            words = (address, str(port), name)
            program = (sys.executable, "-m", "observe.mesh.backend")
            self._await(self.run(*words, program=program), READY)
        for node, host in NODES.items():
            listen = ":".join(map(str, self._place.address(host, ALS)))
            files = ("--endpoints", str(self._config / "endpoints.toml"), "--listen", listen)
            given = ("agent", "envoy", "--node", node, "--relay", self.address, *files)
            self._await(self.run(*given), LISTENING)

    @property
    def port(self) -> int:
        """Port of the services."""
        return self._place.address(0, SERVICE)[1]

    def apply(self, state: str) -> None:
        """Have the Envoys listen as a state of the mesh wants it; for another they start anew."""
        if state == self._state:
            return
        self._state = state
        for process in self._envoys:
            self.stop(process)
        self._envoys.clear()
        for node, listeners in zip(NODES, LISTENERS[state], strict=True):
            folder = self._config / node
            (folder / "listeners.yaml").write_text((folder / f"{listeners}.yaml").read_text())
            given = ("--config-path", "envoy.yaml", "--concurrency", "1", "--disable-hot-restart")
            process = self.run(*given, program=(self._envoy,), folder=folder)
            process.name = f"the Envoy of {node}"
            self._envoys.append(process)
            self._await(process, STARTED)

    def ask(self, who: str, service: str, path: str, *, by_name: bool = False) -> client.Answer:
        """Have a client ask a service for a path, if `by_name` after looking its address up."""
        source, _ = self._place.address(CLIENTS[who], 0)
        host, port = self._place.address(SERVICES[service], SERVICE)
        if by_name:
            host = client.look_up(source, self._place.address(NAME_SERVER, DNS), service)
        return client.ask(source, (host, port), f"{service}:{port}", path)

    def _await(self, process: Process, words: str) -> None:
        """Wait until a process says that it is ready."""
        if not process.line_with(words):
            raise click.ClickException(f"{process.name} did not start: {process.said}")
        process.watch()
