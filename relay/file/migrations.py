"""The steps from one schema to the next. Imported only for a file that needs them: sqlite_utils is
slow to load."""

import secrets
import sqlite3

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from relay.file.schema import APPLICATION, VERSION, tables

steps = Migrations("relay")


@steps()
def m001_rings(database: Database) -> None:
    """Make the rings, the dictionaries, the relay's own state, and its identity."""
    for sql in tables():
        database.execute(sql)
    database.execute("INSERT INTO relay VALUES (?, 1)", [secrets.token_hex(8)])
    database.execute(f"PRAGMA user_version = {VERSION}")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file to the newest schema, each step in a transaction of its own."""
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    steps.apply(Database(connection, execute_plugins=False))
