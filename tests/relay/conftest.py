"""What the tests of the relay share."""

import pytest

from tests import relays


@pytest.fixture(params=["listen", "hubble_listen"])
def door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the relay by grpcio's server, then by the one that puts many messages into a frame."""
    monkeypatch.setattr(relays, "DOOR", request.param)
