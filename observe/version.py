"""`palomar version`: which Palomar this is, and what it speaks."""

import click

from proto.version import API_VERSION, VERSION

LINE = f"palomar {VERSION} (Hubble API {API_VERSION})"


def version_option() -> click.Option:
    """Make the option `--version`, which says the same."""
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_tell,
        help="Show the version and exit.",
    )


def _tell(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(LINE)
        ctx.exit()


@click.command("version")
def main() -> None:
    """Print the version of Palomar and of the Hubble API that it speaks."""
    click.echo(LINE)
