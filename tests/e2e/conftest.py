"""One running mall for all tests in a browser, and a shopper who looks at every page it comes to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.accept.stack import ROOT, Blueprint, running

SCREENSHOTS = ROOT / ".ci-output" / "screenshots"
HEIGHT = 900
PHONE, DESKTOP = 390, 1280


@dataclass
class Reader:
    """Somebody with a browser. `see` looks at a page: accessible, not wider than the window, a picture kept."""

    page: Page
    url: str
    name: str
    errors: list[str] = field(default_factory=list)
    count: int = 0

    def go(self, path: str) -> None:
        self.page.goto(self.url + path, wait_until="load")

    def see(self, what: str) -> None:
        """Look at the page as it is now. Raises AssertionError with what is wrong with it."""
        self.count += 1
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.show_all_pictures()
        picture = SCREENSHOTS / f"{self.name}-{self.count:02d}-{what}.png"
        self.page.screenshot(path=str(picture), full_page=True, animations="disabled")
        found = Axe().run(self.page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], f"{what}: {self.page.url}"
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, f"{what} is wider than the window"
        assert self.errors == [], what

    def show_all_pictures(self) -> None:
        """Let pictures that load late load, so that the kept picture shows them."""
        script = "() => document.querySelectorAll('img[loading=lazy]').forEach(each => each.loading = 'eager')"
        self.page.evaluate(script)
        self.page.wait_for_load_state("networkidle")

    def press(self, selector: str) -> None:
        """Press a button that leads on, and wait for the page that follows."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.click(selector)

    def path(self) -> str:
        return self.page.url.removeprefix(self.url)


@pytest.fixture(scope="session")
def mall_url() -> Iterator[str]:
    """Return the address of a mall with the demo ward: of its own, or the one that MALL_E2E_URL names."""
    given = os.environ.get("MALL_E2E_URL", "")
    if given:
        yield given
        return
    with Blueprint(engine="embedded", database="sqlite") as blueprint, running(blueprint) as stack:
        yield stack.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in this thread; no view runs in it
        opened = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


Open = Callable[..., Reader]


@pytest.fixture
def reader(browser: Browser, mall_url: str) -> Iterator[Open]:
    """Return a function that opens a browser window of its own: `reader(width=390, language="ja", script=True)`."""
    opened = []

    def open_reader(*, name: str, width: int = DESKTOP, language: str = "ja", script: bool = True) -> Reader:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale="ja-JP" if language == "ja" else "en-GB",
            java_script_enabled=script,
        )
        context.set_default_timeout(30_000)
        opened.append(context)
        found = Reader(context.new_page(), mall_url, name)
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on("console", lambda message: found.errors.append(message.text) if message.type == "error" else None)
        return found

    yield open_reader
    for context in opened:
        context.close()
