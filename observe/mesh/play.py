"""The walkthrough as a play: each step with its explanation, its requests and its flows."""

import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPException

import click

from observe.mesh import envoy, place
from observe.mesh.balance import shared
from observe.mesh.cluster import Mesh
from observe.mesh.steps import STEPS, Step
from observe.mesh.watcher import LIVE, POD, WORDS, Watcher
from observe.process import OURS
from observe.stage import called, until_signalled
from proto.failure import TransportError

SENT_ON = ("--protocol", "tcp", "--type", "trace:from-endpoint", "--type", "trace:from-proxy")
"""Flags for a connection's way to the service, and on to the backend."""


def play(step_by_step: bool) -> None:
    """Play all steps; with `step_by_step` each waits for Enter, if a person is there to press it.

    Raise click.ClickException where Envoy cannot be had, or something does not start.
    """
    try:
        binary = envoy.get(click.echo)
        mesh = Mesh(binary, place.find())
    except (envoy.NoEnvoyError, OSError) as error:
        raise click.ClickException(str(error)) from None
    with until_signalled(mesh):
        try:
            mesh.start()
            _play(mesh, step_by_step and sys.stdin.isatty())
        except BrokenPipeError:
            raise
        except (OSError, HTTPException, TransportError) as error:
            raise click.ClickException(f"the mesh broke: {error}") from None


def _play(mesh: Mesh, waits: bool) -> None:
    click.echo(f"Two nodes with an Envoy each; the relay listens on {mesh.address}")
    *watched, last = STEPS
    with closing(Watcher(mesh.address)) as watcher:
        _announce(
            1, "Watch", "Who watches sees the requests of one client as they are made.", False
        )
        _show_command(mesh, *LIVE)
        for number, step in enumerate(watched, 2):
            _announce(number, step.title, step.about, waits)
            _perform(mesh, step)
            watcher.show()
    _announce(len(STEPS) + 1, last.title, last.about, waits)
    began = time.time_ns()
    _perform(mesh, last)
    _balance(mesh, began, shared(mesh.address, POD, began, len(last.requests)))


def _announce(number: int, title: str, about: str, waits: bool) -> None:
    """Print the head of a step, after Enter if a person is to press it."""
    if waits:
        click.prompt("Enter goes on", default="", show_default=False, prompt_suffix=" ")
    click.echo(f"\n{click.style(f'Step {number}. {title}.', bold=True)} {about}")


def _show_command(mesh: Mesh, *words: str) -> None:
    click.echo(f"$ {called('observe')} {' '.join(words)} --server {mesh.address}")


def _perform(mesh: Mesh, step: Step) -> None:
    """Make the requests of a step, and print what a person at the client would see."""
    mesh.apply(step.state)
    for who, service, path in step.requests:
        answer = mesh.ask(who, service, path, by_name=step.by_name)
        click.echo(f"{who}$ curl {service}:{mesh.port}{path}   # {answer.status} {answer.said}")


def _balance(mesh: Mesh, began_ns: int, found: Counter[str]) -> None:
    """Print, from stored flows, how the requests since a time were shared."""
    since = datetime.fromtimestamp(began_ns / 1e9, UTC).isoformat()
    words = (*WORDS, *SENT_ON, "--since", since)
    _show_command(mesh, *words)
    sys.stdout.flush()
    subprocess.run([*OURS, "observe", *words, "--server", mesh.address], check=False)
    click.echo(f"Of {found.total()} requests to one service, by the relay's history:")
    for pod, number in sorted(found.items()):
        click.echo(f"  {number} to {pod}")
