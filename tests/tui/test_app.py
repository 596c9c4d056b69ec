"""The modes of the dashboard."""

from pathlib import Path

import pytest

from tests.factories import event
from tests.tui.scenes import dashboard, file_of


@pytest.mark.parametrize(
    ("key", "mode"), [("1", "flows"), ("2", "overview"), ("3", "map"), ("4", "nodes")]
)
async def test_each_mode_has_a_key(key: str, mode: str, tmp_path: Path) -> None:
    async with dashboard(file_of(tmp_path, event())) as pilot:
        await pilot.press(key)
        assert pilot.app.current_mode == mode
