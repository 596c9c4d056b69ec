"""`palomar demo`: a relay on a file of its own, two agents that make flows, and what they make.

Everything runs in processes of its own and is stopped again; the file is removed. This module knows
the others only by their command lines.
"""

import signal
import subprocess
import sys
from queue import Empty

import click

from observe.connection import Duration
from observe.process import OURS
from observe.stage import STOP_SECONDS, Stage, called, until_signalled
from observe.streams import hang_up, is_terminal

NODES = ("node-1", "node-2")
UNWATCHED_SECONDS = 30.0
"""How long the demo takes where nobody is watching."""


class Demo(Stage):
    """The processes of a demo."""

    def start(self, rate: float, seed: int) -> None:
        """Start the relay and the agents."""
        data = self.start_relay()
        click.echo(f"The relay listens on {self.address}, its file is {data}")
        look = f"{called('observe')} --follow --verdict DROPPED --server {self.address}"
        click.echo(f"In a second terminal: {look}")
        for node in NODES:
            given = ("--node", node, "--rate", str(rate), "--seed", str(seed))
            self.run("agent", "demo", "--relay", self.address, *given).watch()

    def print_flows(self, seconds: float | None) -> None:
        """Print flows until Ctrl-C, for so many seconds, or until one of the processes ends."""
        self.run("observe", "--follow", "--server", self.address, shown=True).watch()
        _until_ended(self, seconds)

    def open_dashboard(self, seconds: float | None) -> None:
        """Open the dashboard in this terminal, until it is left or so many seconds have passed."""
        with subprocess.Popen((*OURS, "tui", "--server", self.address)) as dashboard:
            try:
                dashboard.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
            finally:
                _leave(dashboard)


def _until_ended(demo: Demo, seconds: float | None) -> None:
    """Wait for Ctrl-C, for the time to pass, or for one of the processes to end too early."""
    try:
        ended = demo.ended.get(timeout=seconds)
    except Empty:
        return
    # Who watches ends by itself when nobody reads the output any more.
    if ended.status or ended.name != "observe":
        raise click.ClickException(f"palomar {ended.name} ended early: {ended.said}")


def _leave(dashboard: subprocess.Popen[bytes]) -> None:
    """Have the dashboard leave the terminal as it was: it ends at SIGINT as at its own key."""
    if dashboard.poll() is None:
        dashboard.send_signal(signal.SIGINT)
    try:
        dashboard.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        dashboard.kill()


@click.command("demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=5.0,
    show_default=True,
    help="Flows a second of each node.",
)
@click.option("--seed", default=1, show_default=True, help="Decides what happens.")
@click.option(
    "--duration",
    type=Duration(),
    help="Stop after so long, such as 5m.  [default: 30s where no terminal is, else at Ctrl-C]",
)
@click.option("--plain", is_flag=True, help="Print flows instead of opening the dashboard.")
@click.option("--mesh", is_flag=True, help="Play a walkthrough on real Envoys instead.")
@click.option("--step", is_flag=True, help="With --mesh: wait for Enter before each step.")
def main(
    rate: float, seed: int, duration: float | None, plain: bool, mesh: bool, step: bool
) -> None:
    """Start a relay and two agents with made-up flows, and show the flows as they come.

    In a terminal that is the dashboard, elsewhere lines of text. Leaving it, or Ctrl-C, stops it
    all. The relay's file is a temporary one, which is removed.

    With --mesh there is nothing made up: clients, backends and Envoys run on this machine, and a
    walkthrough of layer-7 policies and load balancing is played with them. Envoy is installed first
    where it is not there.
    """
    try:
        if mesh:
            from observe.mesh.play import play

            play(step)
        else:
            seconds = duration or (None if is_terminal() else UNWATCHED_SECONDS)
            _show(rate, seed, seconds, plain or not (is_terminal() and sys.stdin.isatty()))
        palomar = called("palomar")
        click.echo(
            f"\nWhat to try next, to keep flows: {palomar} relay; "
            f"{palomar} agent file FLOWS.jsonl; {called('observe')} --last 20"
        )
    except BrokenPipeError:
        hang_up()


def _show(rate: float, seed: int, seconds: float | None, plain: bool) -> None:
    """Show made-up flows for some seconds, or until a signal comes."""
    demo = Demo()
    with until_signalled(demo):
        demo.start(rate, seed)
        (demo.print_flows if plain else demo.open_dashboard)(seconds)
