"""Options that may stand alone."""

import click
import pytest

from observe.switches import Switch, spelled_out, truth


@pytest.fixture
def command() -> click.Command:
    options = [
        Switch(["-f", "--follow"]),
        Switch(["-4", "--ipv4"]),
        Switch(["--color"], default=True),
    ]
    return click.Command("x", params=[*options, click.Option(["-n"])])


@pytest.mark.parametrize(
    ("args", "spelled"),
    [
        (["--follow", "-f", "x"], ["--follow=true", "-f=true", "x"]),
        (["--follow=false", "-f=no"], ["--follow=false", "-f=no"]),
        (["-f4"], ["-f=true", "-4=true"]),
        (["-fn", "a"], ["-f=true", "-n", "a"]),
        (["-f4=false"], ["-f=true", "-4=false"]),
        (["-n", "f", "-nf"], ["-n", "f", "-nf"]),
        (["-n=a", "-fn=", "--n=a"], ["-n", "a", "-f=true", "-n", "", "--n=a"]),
        (["--", "-f"], ["--", "-f"]),
        (["-", "", "--foll"], ["-", "", "--foll"]),
    ],
)
def test_switches_that_stand_alone_are_spelled_out(
    command: click.Command, args: list[str], spelled: list[str]
) -> None:
    assert spelled_out(command, args) == spelled
    assert spelled_out(command, spelled) == spelled


@pytest.mark.parametrize(
    ("args", "values"),
    [
        ([], (False, True)),
        (["-f", "--color=false"], (True, False)),
        (["--follow=False", "--color"], (False, True)),
    ],
)
def test_a_switch_is_true_alone_and_its_default_when_absent(
    command: click.Command, args: list[str], values: tuple[bool, bool]
) -> None:
    params = command.make_context("x", spelled_out(command, args)).params
    assert (params["follow"], params["color"]) == values


def test_what_is_neither_is_refused(command: click.Command) -> None:
    with pytest.raises(click.BadParameter, match="'maybe' is neither"):
        command.make_context("x", ["--follow=maybe"])


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("=1", True), ("off", False)])
def test_truth(text: str, value: bool) -> None:
    assert truth(text) is value
