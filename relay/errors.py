"""What can go wrong in the store.

StoreError (OSError)         the file cannot be used or written
OutOfOrder (ValueError)      a batch leaves a gap after what is committed
InvalidBatch (ValueError)    a request that is no batch
Busy (Exception)             more waits to be written than the queue takes
"""


class StoreError(OSError):
    """The store's file cannot be opened, read or written; the text is one line for people."""


class OutOfOrder(ValueError):
    """A batch begins after the ordinal that its stream is at."""


class InvalidBatch(ValueError):
    """The bytes are no CollectRequest with a batch."""


class Busy(Exception):
    """The queue in front of the writer is full; send less at a time."""
