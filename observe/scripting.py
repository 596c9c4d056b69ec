"""The clients that scripts use: they ask with the words of the command line."""

from proto import aclient, client


class Client(client.Client):
    """A client as `proto.client.Client`."""


class AsyncClient(aclient.AsyncClient):
    """A client as `proto.aclient.AsyncClient`."""
