"""What a benchmark gives: figures, and the goals that they are held against."""

from collections.abc import Iterable
from statistics import median
from typing import Any, Literal, NamedTuple, Self

Better = Literal["higher", "lower", ""]
"""Which way a figure gets better; empty where it says neither good nor bad."""


class Goal(NamedTuple):
    """What a figure must reach, what would be splendid, and what the peers were measured at."""

    target: float
    dream: float | None = None
    peer: str = ""


class Figure(NamedTuple):
    """One result: what was measured, once or several times, and what it is held against."""

    name: str
    samples: tuple[float, ...]
    unit: str
    better: Better = ""
    goal: Goal | None = None

    @property
    def value(self) -> float:
        """The median of the samples."""
        return median(self.samples)

    def as_dict(self) -> dict[str, Any]:
        """Give what `from_dict` takes, and the value for those who read the file otherwise."""
        goal = self.goal._asdict() if self.goal else None
        return self._asdict() | {"samples": list(self.samples), "value": self.value, "goal": goal}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Make a figure of what was read from a file."""
        return cls(
            given["name"],
            tuple(given["samples"]),
            given["unit"],
            given["better"],
            Goal(**given["goal"]) if given["goal"] else None,
        )

    def reaches(self, bar: float) -> bool:
        """Say whether the value is at least as good as `bar`."""
        return self.value >= bar if self.better == "higher" else self.value <= bar


def fact(name: str, value: float, unit: str) -> Figure:
    """Make a figure that is neither good nor bad, such as how much was measured."""
    return Figure(name, (value,), unit)


def higher(
    name: str, value: float | Iterable[float], unit: str, goal: Goal | None = None
) -> Figure:
    """Make a figure, of one sample or several, that should be high."""
    return Figure(name, _samples(value), unit, "higher", goal)


def lower(name: str, value: float | Iterable[float], unit: str, goal: Goal | None = None) -> Figure:
    """Make a figure, of one sample or several, that should be low."""
    return Figure(name, _samples(value), unit, "lower", goal)


def _samples(value: float | Iterable[float]) -> tuple[float, ...]:
    return (value,) if isinstance(value, int | float) else tuple(value)


def number(value: float) -> str:
    """Write a value with three significant digits, or more before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
