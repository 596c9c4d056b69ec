from pathlib import Path

import pytest

from observe.config import ConfigError, default_path, defaults, environment

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
        timeout = "for another command"
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
        ("server = '\udcff'", "utf-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigError, match=rf"config\.toml: .*{why}") as refused:
        defaults(file, "observe", FLAGS)
    assert "\n" not in str(refused.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file"):
        defaults(tmp_path / "none.toml", "observe", FLAGS)


def test_variables_are_named_as_flags_ours_first() -> None:
    assert environment("--tls-server-name") == [
        "PALOMAR_TLS_SERVER_NAME",
        "HUBBLE_TLS_SERVER_NAME",
    ]
