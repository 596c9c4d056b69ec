"""The example of a mesh: files that are there, commands of ours that parse."""

from pathlib import Path

import pytest
from compose_spec import PyCompose
from compose_spec.models import Service

from observe.mesh.cluster import CLIENTS, LISTENERS, NODES, PODS, SERVICES
from observe.mesh.place import ALS, APP, CONFIG
from tests.command_lines import parse, written

MESH = Path(__file__).resolve().parent.parent / "examples" / "mesh"
README = (MESH / "README.md").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """Read the compose file; one that the specification forbids is a ValueError."""
    made = PyCompose.from_yaml((MESH / "docker-compose.yml").read_text()).services
    assert made
    return made


def test_the_configuration_is_the_one_that_the_demo_plays() -> None:
    assert (MESH / "config").resolve() == CONFIG


def test_every_mounted_file_is_there(services: dict[str, Service]) -> None:
    mounts = [str(volume) for service in services.values() for volume in service.volumes or ()]
    sources = [mount.partition(":")[0] for mount in mounts if mount.startswith(".")]
    assert len(sources) == 6
    for source in sources:
        assert (MESH / source).exists(), source


def test_what_runs_in_containers_is_what_the_demo_runs(services: dict[str, Service]) -> None:
    last = LISTENERS["balance"]
    for number, (node, host) in enumerate(NODES.items(), 1):
        agent = list(services[f"agent-{number}"].command or ())
        parse(["palomar", *(word.replace("/mesh", str(CONFIG)) for word in agent)])
        assert {node, f"127.0.0.{host}:{ALS}"} <= set(agent)
        listeners = f"./config/{node}/{last[number - 1]}.yaml:/etc/mesh/listeners.yaml:ro"
        assert listeners in map(str, services[f"envoy-{number}"].volumes or ())
    backends = [list(services[f"backend-{n}"].command or ()) for n in (1, 2)]
    assert backends == [[f"127.0.0.{host}", str(APP), pod] for pod, host in PODS.items()]
    alone = [name for name, service in services.items() if not service.network_mode]
    assert alone == ["relay"]
    parse(["palomar", *(services["relay"].command or ())])


def test_every_command_of_ours_in_the_page_parses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "endpoints.toml").touch()
    commands = list(written(README))
    assert [argv[:2] for argv in commands].count(["palomar", "agent"]) == 2
    for argv in commands:
        parse([word for word in argv if word != "&"])


def test_the_page_names_every_file_and_address() -> None:
    for path in CONFIG.rglob("*.*ml"):
        assert f"config/{path.relative_to(CONFIG)}" in README
    for host in (*CLIENTS.values(), *SERVICES.values(), *PODS.values(), *NODES.values()):
        assert f"127.0.0.{host}" in README
