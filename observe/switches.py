"""Options that may stand alone or say `=true` or `=false`, as people know them elsewhere.

Click has no such option: its flags take no value, and its options with an optional value swallow
the argument that follows. So a switch is an option that takes a value, and `spelled_out` gives it
one where there is none.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import click

TRUE = ("true", "t", "yes", "y", "on", "1")
FALSE = ("false", "f", "no", "n", "off", "0")


def truth(text: str) -> bool:
    """Read the value of a switch; ValueError for what is neither true nor false."""
    value = text.removeprefix("=").lower()  # `-4=true` hands over the sign as well
    if value not in TRUE + FALSE:
        raise ValueError(f"{text!r} is neither true nor false")
    return value in TRUE


class Truth(click.ParamType[bool]):
    """The type of a switch."""

    name = "boolean"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        """Read a text; what is a boolean already stays one."""
        try:
            return value if isinstance(value, bool) else truth(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Switch(click.Option):
    """An option that means `=true` when it stands alone; False if it is not given at all."""

    def __init__(self, declarations: Sequence[str], **settings: Any) -> None:
        made: dict[str, Any] = {"type": Truth(), "default": False, "metavar": "[=false]"}
        super().__init__(declarations, is_flag=False, flag_value="true", **(made | settings))


def spelled_out(command: click.Command, args: Sequence[str]) -> list[str]:
    """Write arguments so that click reads them as they are meant.

    A switch that stands alone gets its `=true`, and `-n=VALUE` becomes `-n VALUE`.
    """
    options = [param for param in command.params if isinstance(param, click.Option)]
    switches = {name for each in options if isinstance(each, Switch) for name in each.opts}
    letters = {name for each in options for name in each.opts if len(name) == 2} - switches
    end = args.index("--") if "--" in args else len(args)
    apart = [each for arg in args[:end] for each in _apart(arg, switches)]
    return [each for arg in apart for each in _without_sign(arg, letters)] + list(args[end:])


def _apart(arg: str, switches: set[str]) -> Iterator[str]:
    """Take switches off the front of letters that stand together, as in `-fA`."""
    while arg[:2] in switches and len(arg) > 2 and arg[2] != "=":
        yield f"{arg[:2]}=true"
        arg = f"-{arg[2:]}"
    yield f"{arg}=true" if arg in switches else arg


def _without_sign(arg: str, letters: set[str]) -> tuple[str, ...]:
    return (arg[:2], arg[3:]) if arg[:2] in letters and arg[2:3] == "=" else (arg,)
