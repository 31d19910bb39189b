"""The shop in Chromium: no violation of accessibility, nothing wider than the window, all forms without a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")]
PAGES = (
    "",
    "c/tableware/",
    "search/",
    "search/?q=zzzz",
    "p/tokyo-yakinori-zengata/",
    "p/nothing/",
    "account/",
    "cart/",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in this thread; no view runs in it
        opened = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("base", ["/jp/ja/", "/overseas/en/"])
def test_pages_are_accessible_and_fit(browser: Browser, shop: Client, live_server: Any, base: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for path in PAGES:
        page.goto(live_server.url + base + path, wait_until="domcontentloaded")

        found = Axe().run(page).response["violations"]

        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.close()


def test_search_and_language_switch_work_without_a_script(browser: Browser, shop: Client, live_server: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/jp/ja/", wait_until="domcontentloaded")

    page.fill("#q", "切子")
    page.click("form.find button")
    page.click("header nav a[lang=en] >> nth=0")

    assert page.url.startswith(f"{live_server.url}/jp/en/search/?q=")
    assert page.inner_text("h1") == "Search: 切子"
    context.close()
