"""The dashboard in a browser."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from tests.commands import lines_file
from tests.factories import event
from tests.tui.browser import opened
from tui.serve import Address

PATIENCE = 60


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:8000", ("localhost", 8000)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9000", ("::1", 9000)),
        (":9000", ("localhost", 9000)),
        ("9000", ("localhost", 9000)),
        ("example.com", ("example.com", 8000)),
    ],
)
def test_an_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert Address.read(text) == address


@pytest.mark.parametrize("text", ["localhost:http", "x:99999", "x:-1", "x:²"])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is not HOST:PORT"):
        Address.read(text)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@pytest.mark.chromium
async def test_it_is_shown_in_a_browser(tmp_path: Path) -> None:
    path = lines_file(tmp_path, [event(Summary="seen in a browser")])
    where = f"127.0.0.1:{free_port()}"
    words = ("-m", "palomar", "tui", "--serve", where, "--input-file", str(path))
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            assert server.stdout
            while b"Press Ctrl+C" not in await server.stdout.readline():
                continue
            async with opened(tmp_path, f"http://{where}/") as page:
                await page.received("FORWARDED")
                assert "-first-byte" in str(await page.value("document.body.className"))
                await page.value("!document.querySelector('textarea').focus()")
                await page.press("2")
                await page.received("Verdicts")
                fonts = "document.fonts.ready.then(all => [...all].map(font => font.family).join())"
                assert "Roboto Mono" in str(await page.value(fonts))
                await page.press("q")
                await page.closed()
                # Nobody else is told of who visits.
                others = [url for url in page.requests if not url.startswith(f"http://{where}/")]
                assert page.requests
                assert not [url for url in others if not url.startswith("data:")]
    finally:
        server.terminate()
        await server.communicate()
