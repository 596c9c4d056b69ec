"""The compose file and the Dockerfile: as the specification wants them, with commands that exist.

No engine runs here: what is checked is that the files are valid and agree with each other and with
our command lines.
"""

import json
import re
from pathlib import Path

import pytest
from compose_spec import PyCompose
from compose_spec.models import Service

from tests.command_lines import parse

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """Read the compose file; one that the specification forbids is a ValueError."""
    made = PyCompose.from_yaml((ROOT / "docker-compose.yml").read_text()).services
    assert made
    return made


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name}\s+(.*)$", joined, re.MULTILINE)


def listed(text: str) -> list[str]:
    """Read the form of an instruction that is a list of words."""
    words = json.loads(text[text.index("[") :])
    assert isinstance(words, list)
    return words


def test_a_relay_and_two_agents(services: dict[str, Service]) -> None:
    commands = {name: service.command for name, service in services.items()}
    kinds = sorted(" ".join(list(command or [])[:2]) for command in commands.values())
    assert kinds == ["agent demo", "agent demo", "relay --listen"]


def test_every_command_is_one_of_ours(services: dict[str, Service]) -> None:
    for service in services.values():
        parse(["palomar", *(service.command or [])])
        if service.healthcheck and service.healthcheck.test:
            [kind, *command] = list(service.healthcheck.test)
            assert kind == "CMD"
            parse(command)


def test_agents_differ_and_wait_for_a_healthy_relay(services: dict[str, Service]) -> None:
    agents = [service for name, service in services.items() if name != "relay"]
    assert len({tuple(agent.command or []) for agent in agents}) == len(agents)
    for agent in agents:
        assert isinstance(agent.depends_on, dict)
        assert agent.depends_on["relay"].condition.value == "service_healthy"
        assert agent.healthcheck
        assert agent.healthcheck.disable


def test_history_is_in_a_named_volume(services: dict[str, Service]) -> None:
    compose = PyCompose.from_yaml((ROOT / "docker-compose.yml").read_text())
    [mount] = services["relay"].volumes or []
    name, target = str(mount).split(":")
    assert name in (compose.volumes or {})
    command = list(services["relay"].command or [])
    assert command[command.index("--data") + 1].startswith(target + "/")
    assert instructions("VOLUME") == [target]


def test_ports_are_for_this_machine_alone(services: dict[str, Service]) -> None:
    assert [str(port) for port in services["relay"].ports or []] == ["127.0.0.1:4245:4245"]
    assert instructions("EXPOSE") == ["4245"]


def test_the_image_runs_our_commands_as_nobody_special() -> None:
    [entry], [default], [check] = (
        instructions(name) for name in ("ENTRYPOINT", "CMD", r"HEALTHCHECK.*CMD")
    )
    parse([*listed(entry), *listed(default)])
    parse(listed(check))
    assert instructions("USER") == ["palomar"]


def test_the_image_is_built_from_all_that_is_packaged() -> None:
    let_in = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    packages = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert packages | {"README.md", "pyproject.toml", "palomar.py"} <= {*let_in}
