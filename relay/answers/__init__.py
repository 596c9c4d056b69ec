"""An answer, from history into live events, as messages."""
