"""Keys: every binding has a name, by which its keys can be changed, and a line that says what it
does.
"""

from textual.binding import Binding


def key(
    keys: str, action: str, name: str, about: str, *, footer: str = "", show: str = ""
) -> Binding:
    """Bind keys to an action; `footer` is what the footer calls it, if it is shown there, `show`
    how the footer writes the key."""
    return Binding(
        keys,
        action,
        footer or about,
        id=name,
        tooltip=about,
        show=bool(footer),
        key_display=show or None,
    )
