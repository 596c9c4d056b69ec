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
    """Give each switch of the command among the arguments that stands alone its `=true`."""
    names = {name for param in command.params if isinstance(param, Switch) for name in param.opts}
    end = args.index("--") if "--" in args else len(args)
    return [each for arg in args[:end] for each in _spelled_out(arg, names)] + list(args[end:])


def _spelled_out(arg: str, names: set[str]) -> Iterator[str]:
    """Take switches off the front of letters that stand together, as in `-fA`."""
    while arg[:2] in names and len(arg) > 2 and arg[2] != "=":
        yield f"{arg[:2]}=true"
        arg = f"-{arg[2:]}"
    yield f"{arg}=true" if arg in names else arg
