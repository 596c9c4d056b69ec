"""What ends a command with status 1.

Exception
├── ObserveError        of this package: a file that cannot be read, and the like
└── TransportError      of proto.failure: a server that cannot be reached or refuses
"""


class ObserveError(Exception):
    """A command cannot do what it was asked. The text is one line."""
