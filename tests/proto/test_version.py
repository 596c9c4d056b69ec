import tomllib
from pathlib import Path

import pytest

from proto.version import API_VERSION, VERSION, older, release

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "found"),
    [("v1.19.4+g1a2b3c", (1, 19)), ("1.2", (1, 2)), ("cilium 1.16.0-rc.1", (1, 16)), ("dev", None)],
)
def test_major_and_minor_are_found(text: str, found: tuple[int, int] | None) -> None:
    assert release(text) == found


def test_only_a_lesser_release_is_older() -> None:
    assert older("v1.9.9")
    assert older("0.20")
    assert not older(API_VERSION)
    assert not older("v1.19.0")
    assert not older("v2.0")
    assert not older("unknown")


def test_the_package_takes_its_version_from_the_code() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "proto.version.VERSION"}
    assert release(VERSION) is not None
