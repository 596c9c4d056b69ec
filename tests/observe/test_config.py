import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import palomar
from observe.cli import main as observe
from observe.config import COMMANDS, TABLES, ConfigError, default_path, defaults, environment
from observe.listing import main

FLAGS = ("--server", "--tls-server-name", "--output")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_keys_are_flags_and_a_table_is_for_its_command(tmp_path: Path) -> None:
    file = write(
        tmp_path / "config.toml",
        """
        server = "relay:1"
        tls-server-name = "relay.example"
        last = 7
        [observe]
        server = "relay:2"
        output = "dict"
        [status]
        output = "json"
        """,
    )
    shared = {"server": "relay:1", "tls_server_name": "relay.example"}
    assert defaults(file, "list", FLAGS) == shared
    assert defaults(file, "status", FLAGS) == shared | {"output": "json"}
    assert defaults(file, "observe", FLAGS) == shared | {"server": "relay:2", "output": "dict"}


def test_the_default_file_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert defaults(None, "observe", FLAGS) == {}
    assert write(default_path(), "server = 'relay:1'") == tmp_path / "palomar" / "config.toml"
    assert defaults(None, "observe", FLAGS) == {"server": "relay:1"}


def test_without_xdg_the_default_file_is_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path() == tmp_path / ".config" / "palomar" / "config.toml"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("server =", "Invalid value"),
        ("observe = 3", "observe is not a table"),
        ("[observe]\nsever = 'x'", r"\[observe\] has no flag 'sever'"),
        ("sever = 'x'", "'sever' is neither a flag nor a table of any command"),
        ("last = 1\n[obsreve]\noutput = 'dict'", "'obsreve' is neither a flag nor a table"),
        ("server = '\udcff'", "utf-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigError, match=rf"config\.toml: .*{why}") as refused:
        defaults(file, "observe", FLAGS)
    assert "\n" not in str(refused.value)


def test_the_table_of_observe_is_for_all_below_it(config: Path) -> None:
    write(config, "[observe]\nserver = 'unix:///file'\ncolumns = 'time'\noutput = 'jsonpb'\n")
    for words in (["agent-events"], ["debug-events"]):
        result = CliRunner().invoke(observe, words)
        assert result.stderr.startswith("Error: cannot reach unix:///file:"), words


def test_every_command_with_such_a_file_is_known() -> None:
    with_file = {
        name
        for name, (module, attribute, _) in palomar.COMMANDS.items()
        if "--config" in flags(getattr(import_module(module), attribute))
    }
    assert with_file == TABLES - {"keys"}
    assert {name: palomar.COMMANDS[name][0] for name in COMMANDS} == COMMANDS


def flags(command: click.Command) -> set[str]:
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return {name for param in command.params for name in param.opts}.union(*map(flags, below))


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file"):
        defaults(tmp_path / "none.toml", "observe", FLAGS)


def test_variables_are_named_as_flags_ours_first() -> None:
    assert environment("--tls-server-name") == [
        "PALOMAR_TLS_SERVER_NAME",
        "HUBBLE_TLS_SERVER_NAME",
    ]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in (*environment("--server"), *environment("--config")):
        monkeypatch.delenv(name, raising=False)
    return default_path()


def asked_server(*options: str) -> str:
    """Name the server that a command with these options goes for."""
    result = CliRunner().invoke(main, ["namespaces", *options])
    found = re.match(r"Error: cannot reach (\S+):", result.stderr)
    assert found, result.output
    return found[1]


def test_the_line_counts_before_the_environment_before_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config, "server = 'unix:///file'\n")
    assert asked_server() == "unix:///file"
    monkeypatch.setenv("HUBBLE_SERVER", "unix:///hubble")
    assert asked_server() == "unix:///hubble"
    monkeypatch.setenv("PALOMAR_SERVER", "unix:///palomar")
    assert asked_server() == "unix:///palomar"
    assert asked_server("--server", "unix:///flag") == "unix:///flag"


def test_another_file_may_be_named(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config, "server = 'unix:///file'\n")
    other = write(tmp_path / "other.toml", "server = 'unix:///other'\n")
    assert asked_server("--config", str(other)) == "unix:///other"
    monkeypatch.setenv("PALOMAR_CONFIG", str(other))
    assert asked_server() == "unix:///other"
    monkeypatch.delenv("PALOMAR_CONFIG")
    monkeypatch.setenv("HUBBLE_CONFIG", str(tmp_path / "config.yaml"))
    assert asked_server() == "unix:///file"


def test_switches_and_lists_may_stand_in_the_file(config: Path, tmp_path: Path) -> None:
    write(config, "server = 'localhost:1'\ntls = true\ntls-ca-cert-files = ['/a.crt', '/b.crt']")
    result = CliRunner().invoke(main, ["namespaces"])
    assert result.stderr == "Error: cannot read /a.crt: No such file or directory\n"


def test_a_file_that_cannot_be_used_is_a_usage_error(config: Path) -> None:
    write(config, "server =")
    result = CliRunner().invoke(main, ["namespaces"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: --config: {config}: Invalid value")
    assert result.stderr.count("\n") == 1
