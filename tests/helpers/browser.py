"""A real Chromium, driven by the DevTools protocol over a pair of pipes."""

import asyncio
import itertools
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
PATIENCE = 30

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium on the PATH: a page's scripts can't be run"
)


class BrowserError(Exception):
    """The browser refused a command."""


class Page:
    """A tab: what it asked for and sent, what it complained about, and what can be done in it."""

    def __init__(self, reader: asyncio.StreamReader, to_browser: int) -> None:
        self.requests: list[str] = []
        self.bodies: list[str] = []
        self.complaints: list[str] = []
        self._reader = reader
        self._to_browser = to_browser
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: dict[str, str] = {}
        self._tabs: dict[str, Page] = {}

    async def open_tab(self) -> "Page":
        """Open another tab of the same browser, with the same cookies."""
        tab = Page(self._reader, self._to_browser)
        tab._ids, tab._waiting, tab._tabs = self._ids, self._waiting, self._tabs
        await tab.attach()
        return tab

    async def attach(self) -> None:
        target = await self.send("Target.createTarget", url="about:blank")
        attached = await self.send(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = {"sessionId": attached["sessionId"]}
        self._tabs[attached["sessionId"]] = self
        for domain in ("Runtime", "Log", "Network", "Page"):
            await self.send(f"{domain}.enable")

    async def send(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._ids)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params} | self._session
        os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        answer = await asyncio.wait_for(self._waiting[number], PATIENCE)
        if "error" in answer:
            raise BrowserError(method, answer["error"]["message"])
        result: dict[str, Any] = answer["result"]
        return result

    async def listen(self) -> None:
        """Take in what the browser says, until it has gone."""
        with suppress(asyncio.IncompleteReadError):
            while True:
                message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if "id" in message:
                    self._waiting.pop(message["id"]).set_result(message)
                else:
                    tab = self._tabs.get(message.get("sessionId"), self)
                    tab._note(message["method"], message["params"])

    def _note(self, event: str, params: dict[str, Any]) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
                self.bodies.append(params["request"].get("postData", ""))
            case "Log.entryAdded":
                self.complaints.append(params["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(params["args"]))

    async def visit(self, url: str) -> None:
        await self.send("Page.navigate", url=url)

    async def reload(self) -> None:
        """Reload as soon as there is a page: while another replaces it, the browser has none."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.send("Page.reload")
                except BrowserError as refusal:
                    if "Not attached to an active page" not in refusal.args:
                        raise
                else:
                    return
                await asyncio.sleep(0.005)

    async def speak(self, language: str) -> None:
        agent = await self.run("navigator.userAgent")
        await self.send("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    async def run(self, script: str) -> Any:
        answer = await self.send("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def run_async(self, script: str) -> Any:
        """Return what the promise of a script resolves to."""
        answer = await self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        return answer["result"].get("value")

    async def wait_until(self, condition: str) -> None:
        """Raises TimeoutError, with what the page shows, when it never holds."""
        for _ in range(PATIENCE * 20):
            with suppress(BrowserError):  # A navigation takes the script's context away.
                if await self.run(condition):
                    return
            await asyncio.sleep(0.05)
        raise TimeoutError(condition, await self.run("document.body.innerText"), self.complaints)


@asynccontextmanager
async def open_browser(profile: Path) -> AsyncIterator[Page]:
    from_us, to_browser = os.pipe()
    from_browser, to_us = os.pipe()
    # The browser reads file 3 and writes file 4.
    script = f'exec "$@" 3<&{from_us} 4>&{to_us}'
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", script, "bash", str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}"),
        pass_fds=(from_us, to_us),
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(from_us)
    os.close(to_us)
    reader = asyncio.StreamReader(limit=2**26)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(from_browser, "rb", 0)
    )
    page = Page(reader, to_browser)
    listening = asyncio.create_task(page.listen())
    try:
        await page.attach()
        yield page
    finally:
        os.close(to_browser)  # The browser exits when its pipe is closed.
        await process.wait()
        await listening
        transport.close()


@asynccontextmanager
async def serve_on_port(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """Serve a started application on a port, any free one for 0, and yield its address."""
    config = uvicorn.Config(app, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://localhost:{listener.getsockname()[1]}"
        server.should_exit = True
        await running
