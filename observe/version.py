"""`palomar version`: which Palomar this is, and what it speaks."""

import click

from proto.version import API_VERSION, VERSION

LINE = f"palomar {VERSION} (Hubble API {API_VERSION})"


@click.command("version")
def main() -> None:
    """Print the version of Palomar and of the Hubble API that it speaks."""
    click.echo(LINE)
