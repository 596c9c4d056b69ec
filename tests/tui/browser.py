"""A page in a real Chromium without a window, spoken to by its debugging protocol.

async with opened(tmp_path, "http://localhost:8000/") as page:
    await page.received("FORWARDED")
    await page.press("q")
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.tools import TOOLS

OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu"),
    *("--window-size=1800,900", "--remote-debugging-port=0"),
)


class Page:
    """A page, and what its web sockets have received."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._frames = b""
        self._closed = False
        self.requests: list[str] = []
        """The addresses of all that the page has asked for."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol, and wait for its answer."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        number = self._number
        while (message := await self._next()).get("id") != number:
            continue
        assert "error" not in message, message
        answer: dict[str, Any] = message["result"]
        return answer

    async def received(self, text: str) -> None:
        """Wait until the page has received a text."""
        while text.encode() not in self._frames:
            await self._next()

    async def closed(self) -> None:
        """Wait until a web socket of the page is closed."""
        while not self._closed:
            await self._next()

    async def press(self, key: str) -> None:
        """Press a key of one letter."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=key, key=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def value(self, expression: str) -> object:
        """Evaluate an expression in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True)
        return answer["result"]["value"]

    async def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json()
        # Whatever is waited for, what else comes meanwhile must not be missed.
        self._closed |= message.get("method") == "Network.webSocketClosed"
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            data = frame["payloadData"]
            self._frames += data.encode() if frame["opcode"] == 1 else base64.b64decode(data)
        return message


@asynccontextmanager
async def opened(folder: Path, url: str) -> AsyncIterator[Page]:
    """Open a page in a browser of its own, which keeps its files in `folder`."""
    program = str(TOOLS["chromium"]())
    options = (*OPTIONS, f"--user-data-dir={folder / 'chromium'}", "about:blank")
    browser = await asyncio.create_subprocess_exec(
        program, *options, stderr=asyncio.subprocess.PIPE, env={"HOME": str(folder)}
    )
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{await _address(browser)}/json") as answer:
                [target] = [each for each in await answer.json() if each["type"] == "page"]
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                await page.call("Network.enable")
                await page.call("Page.navigate", url=url)
                yield page
    finally:
        browser.terminate()
        await browser.communicate()


async def _address(browser: asyncio.subprocess.Process) -> str:
    """Read where the browser listens for those who debug it."""
    assert browser.stderr
    async for line in browser.stderr:
        _, told, address = line.decode().strip().partition("DevTools listening on ws://")
        if told:
            return f"http://{address.partition('/')[0]}"
    raise AssertionError("the browser did not start")
