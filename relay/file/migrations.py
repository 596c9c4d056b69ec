"""The steps from one schema to the next. Imported only for a file that needs them: sqlite_utils is
slow to load."""

import secrets
import sqlite3

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from relay.file.repack import repack
from relay.file.schema import APPLICATION, VERSION, tables

steps = Migrations("relay")


@steps()
def m001_rings(database: Database) -> None:
    """Make the rings, the dictionaries, the relay's own state, and its identity, all as the newest
    schema has them."""
    for sql in tables():
        database.execute(sql)
    database.execute("INSERT INTO relay VALUES (?, 1)", [secrets.token_hex(8)])
    database.execute(f"PRAGMA user_version = {VERSION}")


@steps()
def m002_columns(database: Database) -> None:
    """Keep columns in blocks, and what flows come to in each minute."""
    [(version,)] = database.execute("PRAGMA user_version")
    if version == 1:
        repack(database.conn)
        database.execute("PRAGMA user_version = 2")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file to the newest schema, each step in a transaction of its own."""
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    steps.apply(Database(connection, execute_plugins=False))
