"""Options that may stand alone or say `=true` or `=false`, as people know them from other command
lines.

Click has no such option: its flags take no value, and its options with an optional value swallow
the argument that follows. So a switch is an option that takes a value, and `spelled_out` gives it
one where there is none.
"""

from collections.abc import Sequence
from typing import Any

import click

TRUE = ("true", "t", "yes", "y", "on", "1")
FALSE = ("false", "f", "no", "n", "off", "0")


class Switch(click.Option):
    """An option that means `=true` when it stands alone."""

    def __init__(self, declarations: Sequence[str], **settings: Any) -> None:
        made: dict[str, Any] = {"type": click.BOOL, "default": False, "metavar": "[=false]"}
        super().__init__(declarations, is_flag=False, flag_value="true", **(made | settings))


def spelled_out(command: click.Command, args: Sequence[str]) -> list[str]:
    """Give each switch of the command among the arguments that stands alone its `true`."""
    alone = {
        name: f"{name}=true" if name.startswith("--") else f"{name}true"
        for param in command.params
        if isinstance(param, Switch)
        for name in param.opts
    }
    end = args.index("--") if "--" in args else len(args)
    return [alone.get(arg, arg) for arg in args[:end]] + list(args[end:])


def truth(text: str) -> bool:
    """Read the value of a switch; ValueError for what is neither true nor false."""
    value = text.removeprefix("=").lower()  # `-4=true` hands over the sign as well
    if value not in TRUE + FALSE:
        raise ValueError(f"{text!r} is neither true nor false")
    return value in TRUE
