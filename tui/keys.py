"""Keys: every binding has a name, by which its keys can be changed, and a line that says what it
does.
"""

from collections.abc import Mapping
from pathlib import Path

from textual.binding import Binding

NAMES: set[str] = set()
"""Names of all bindings whose modules are imported."""


class InvalidKeys(ValueError):
    """A table of keys that cannot be used; the message is one line that names the file."""


def key(
    keys: str, action: str, name: str, about: str, *, footer: str = "", show: str = ""
) -> Binding:
    """Bind keys to an action; `footer` is what the footer calls it, if it is shown there, `show`
    how the footer writes the key."""
    NAMES.add(name)
    return Binding(
        keys,
        action,
        footer or about,
        id=name,
        tooltip=about,
        show=bool(footer),
        key_display=show or None,
    )


def read_keys(path: Path) -> dict[str, str]:
    """Read the table `[keys]` of a file of settings: names of bindings, with the keys they get.

    Without a file, or without the table, there is none; raise InvalidKeys.
    """
    import tomllib

    try:
        table = tomllib.loads(path.read_text()).get("keys", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidKeys(f"{path}: {error}") from None
    if not isinstance(table, Mapping):
        raise InvalidKeys(f"{path}: keys is not a table")
    known = _all_names() if table else set[str]()
    for name, keys in table.items():
        if name not in known:
            raise InvalidKeys(f"{path}: [keys] has {name!r}, which names nothing that has keys")
        if not isinstance(keys, str):
            raise InvalidKeys(f"{path}: [keys] {name}: {keys!r} is not a text of keys")
    return dict(table)


def _all_names() -> set[str]:
    """Import everything that binds keys; give all names."""
    import pkgutil
    from importlib import import_module

    import tui

    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return NAMES
