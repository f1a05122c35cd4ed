"""A headless Chromium, driven through the DevTools protocol over a pipe; no name resolves for it, no other library."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reports.model import Facts
from reports.views.report import report_view
from reports.writers import as_html

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
_PATIENCE = 60


@dataclass(slots=True)
class Tab:
    """One page: what it logs, asks for and throws, and a way to run script in it."""

    browser: Browser
    session: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.call(method, params, self.session)

    def run(self, script: str) -> Any:
        """The value of an expression; promises are waited for, exceptions raised here."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def open(self, path: Path, fragment: str = "") -> None:
        self.call("Page.navigate", url=f"{path.as_uri()}{fragment}")
        self.wait("document.documentElement?.dataset.ready === 'yes'")

    def wait(self, condition: str) -> None:
        end = time.monotonic() + _PATIENCE
        while not self.run(condition):
            assert time.monotonic() < end, f"waited in vain for {condition}"
            time.sleep(0.02)

    def complaints(self) -> list[str]:
        """Console messages, exceptions, and requests for anything but files."""
        self.run("0")
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            params = event["params"]
            if event["method"] == "Network.requestWillBeSent" and not params["request"]["url"].startswith("file:"):
                found.append(params["request"]["url"])
            elif event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"):
                found.append(json.dumps(params)[:400])
        return found


def _aside(descriptor: int) -> int:
    """The same file under a number that does not stand in the way of the two that Chromium asks for."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


class Browser:
    """The process and its pipe: messages are JSON, ended by NUL."""

    def __init__(self, program: str, profile: Path) -> None:
        to_them, ours_out = map(_aside, os.pipe())
        ours_in, from_them = map(_aside, os.pipe())

        def wire() -> None:
            os.dup2(to_them, 3)
            os.dup2(from_them, 4)

        self._process = subprocess.Popen(
            [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=wire,
            close_fds=False,  # all others close by themselves
        )
        os.close(to_them)
        os.close(from_them)
        self._in, self._out, self._rest, self._number = ours_in, ours_out, b"", 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, params: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        os.write(self._out, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            if "method" in answer:
                self.events.append(answer)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], _PATIENCE)
            data = os.read(self._in, 1 << 20) if ready else b""
            if not data:
                raise AssertionError("the browser is gone, or silent")
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        loaded: dict[str, Any] = json.loads(message)
        return loaded

    def tab(self, width: int, height: int, scheme: str) -> Tab:
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        tab = Tab(browser=self, session=session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        tab.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        return tab

    def close(self) -> None:
        os.close(self._out)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium here")
    made = Browser(program, tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture
def tab(browser: Browser) -> Tab:
    return browser.tab(1440, 1000, "light")


@pytest.fixture(scope="session")
def page(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(facts, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="session")
def hostile_page(hostile_facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(hostile_facts, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def write_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Facts], Path]:
    return lambda facts: _written(facts, tmp_path_factory.mktemp("written"))


def _written(facts: Facts, folder: Path) -> Path:
    path = folder / "index.html"
    path.write_text(as_html.write(report_view(facts)), encoding="utf-8")
    return path
