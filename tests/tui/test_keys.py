from pathlib import Path

import pytest

from tui.keys import InvalidKeys, read_keys


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_keys_are_read_by_the_names_of_bindings(tmp_path: Path) -> None:
    path = written(tmp_path, 'server = "x"\n[keys]\n"flows.pause" = "p"\nhelp = "f1,question_mark"')
    assert read_keys(path) == {"flows.pause": "p", "help": "f1,question_mark"}


def test_without_a_table_or_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_keys(written(tmp_path, "")) == {}
    assert read_keys(tmp_path / "missing") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keys]\nnothing = 'x'", "'nothing', which names nothing that has keys"),
        ("[keys]\nhelp = 3", "help: 3 is not a text of keys"),
        ("keys = 3", "keys is not a table"),
        ("[keys", "Expected"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidKeys, match=said) as caught:
        read_keys(written(tmp_path, text))
    assert str(tmp_path) in str(caught.value)
