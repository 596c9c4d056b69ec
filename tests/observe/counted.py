"""The commands that count, as a person calls them, over a file or a server."""

from click.testing import CliRunner, Result

from docs.tables import root
from tests.commands import ALONE


def palomar(*args: object, **env: str) -> Result:
    """Run `palomar` in this process; what it raises comes through."""
    given = [str(arg) for arg in args]
    return CliRunner().invoke(
        root(), given, prog_name="palomar", env=ALONE | env, catch_exceptions=False
    )
