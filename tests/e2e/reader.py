"""Somebody with a browser, who clicks and types, and looks at every page: what is wrong with it fails the test."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

PHONE, DESKTOP = 390, 1280
SIZES = {PHONE: "phone", DESKTOP: "desktop"}
WAIT_S = 60.0
AXE = Axe()
T = TypeVar("T")

BROKEN_AMOUNTS = r"""() => {
  const amounts = /[¥￥$£]\s?\d[\d,.]*|\d[\d,.]*\s?円|\d{1,3}(?:,\d{3})+/g, broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const found of node.data.matchAll(amounts)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const lines = [...range.getClientRects()].filter((each) => each.width > 1).map((each) => Math.round(each.top));
      if (new Set(lines).size > 1) broken.push(found[0]);
    }
  }
  return broken;
}"""
LET_PICTURES_LOAD = """async () => {
  document.querySelectorAll('img[loading=lazy]').forEach((each) => { each.loading = 'eager'; });
  await Promise.all([...document.images].filter((each) => !each.complete)
    .map((each) => new Promise((done) => { each.onload = each.onerror = done; })));
  await document.fonts.ready;
}"""
PICTURES_NOT_SHOWN = """() => [...document.images]
  .filter((each) => each.checkVisibility() && !(each.complete && each.naturalWidth)).map((each) => each.src)"""


@dataclass
class Reader:
    """One window of one person, who reads one language. `folder` is where its pictures are kept."""

    page: Page
    url: str
    folder: Path
    language: str = "ja"
    heard: list[tuple[str, str]] = field(default_factory=list)
    """Errors of scripts and of the console, each with the address it came from."""
    opened: set[str] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.heard.append((str(error), "")))
        self.page.on("console", self._hear)
        self.page.on("request", lambda each: self.opened.add(each.url) if each.is_navigation_request() else None)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.heard.append((message.text, message.location.get("url", "")))

    def errors(self) -> list[tuple[str, str]]:
        """Return errors but those that say that a page itself answered 403, 404 or 422, which is no error of a page."""
        refusals = ("status of 403", "status of 404", "status of 422")
        return [
            (text, url)
            for text, url in self.heard
            if not (url in self.opened and any(each in text for each in refusals))
        ]

    @cached_property
    def width(self) -> int:
        size = self.page.viewport_size
        assert size is not None
        return size["width"]

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.url + path, wait_until="load")

    def see(self, what: str, *, ours: bool = True) -> None:
        """Look at the page as it is now, and keep a picture of it. Raises AssertionError with what is wrong with it.

        `ours` is False for the pages of Wagtail, whose markup is not the mall's: those are kept, not judged.
        """
        self.count += 1
        self.page.evaluate(LET_PICTURES_LOAD)
        picture = self.folder / f"{self.count:02d}-{what}.jpg"
        self.page.screenshot(path=picture, type="jpeg", quality=82, full_page=True, animations="disabled")
        where = f"{picture.parent.name} {what}: {self.page.url}"
        if not ours:
            self.heard.clear()
            return
        assert self.errors() == [], where
        wrong = [(each["id"], each["nodes"][0]["html"]) for each in AXE.run(self.page).response["violations"]]
        assert wrong == [], where
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, f"too wide: {where}"
        assert self.page.evaluate(BROKEN_AMOUNTS) == [], where
        assert self.page.evaluate(PICTURES_NOT_SHOWN) == [], where

    def press(self, selector: str) -> None:
        """Press a link or button that leads on, and wait for the page that follows."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.click(selector)

    def press_by_key(self, selector: str, key: str = "Enter") -> None:
        """Press a button that has the focus, or gets it, by a key, and wait for the page that follows."""
        self.page.focus(selector)
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)

    def reload_until(self, holds: Callable[[], T], wait_s: float = WAIT_S) -> T:
        """Load the page again until `holds` answers something true. Raises AssertionError after `wait_s` seconds."""
        end = time.monotonic() + wait_s
        while not (answer := holds()):
            assert time.monotonic() < end, f"not within {wait_s:.0f} s: {self.page.url}\n{self.text()[:1500]}"
            time.sleep(0.3)
            self.page.reload(wait_until="load")
        return answer

    def path(self) -> str:
        """Return the path of the page, without host and query."""
        return self.page.url.removeprefix(self.url).partition("?")[0]

    def text(self, selector: str = "main") -> str:
        return self.page.inner_text(selector)
