"""One running mall for all tests in a browser, and windows for whoever takes part; pictures are kept for CI.

Pictures: .ci-output/screenshots/<scenario>/<who>-<phone|desktop>-<ja|en>/<nn>-<page>.jpg, with an index.html over all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.accept.stack import ROOT, Blueprint, running
from tests.e2e.reader import DESKTOP, SIZES, Reader

SCREENSHOTS = ROOT / ".ci-output" / "screenshots"
HEIGHT = 900
TIMEOUT_MS = 30_000
LAST = ("test_scenario_5", "test_scenario_4")
"""Stories wait for the real clock, and a permit ends when a day passes: the others come before, on an untouched day."""
Open = Callable[..., Reader]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LAST.index(item.path.stem) + 1 if item.path.stem in LAST else 0)


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


@pytest.fixture(scope="session")
def gallery() -> Iterator[Path]:
    """Return the folder of the pictures; an index over all of them is written at the end."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    yield SCREENSHOTS
    write_index(SCREENSHOTS)


@pytest.fixture
def reader(request: pytest.FixtureRequest, browser: Browser, mall_url: str, gallery: Path) -> Iterator[Open]:
    """Return a function that opens a window: `reader("shopper", width=390, language="ja", script=True)`."""
    opened: list[BrowserContext] = []
    scenario = request.path.stem.removeprefix("test_")

    def open_reader(who: str, *, width: int = DESKTOP, language: str = "ja", script: bool = True) -> Reader:
        folder = gallery / scenario / f"{who}-{SIZES[width]}-{language}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale="ja-JP" if language == "ja" else "en-GB",
            java_script_enabled=script,
        )
        context.set_default_timeout(TIMEOUT_MS)
        opened.append(context)
        return Reader(context.new_page(), mall_url, folder, language)

    yield open_reader
    for context in opened:
        context.close()


def write_index(folder: Path) -> None:
    """Write a page that shows every picture, a row for each window."""
    rows = []
    for window in sorted({picture.parent for picture in folder.glob("*/*/*.jpg")}):
        name = escape(str(window.relative_to(folder)))
        shown = (
            f'<a href="{quote(str(each.relative_to(folder)))}"><img loading="lazy" '
            f'src="{quote(str(each.relative_to(folder)))}" alt="{escape(each.stem)}"><br>{escape(each.stem)}</a>'
            for each in sorted(window.glob("*.jpg"))
        )
        rows.append(f"<h2>{name}</h2><p>{' '.join(shown)}</p>")
    style = "p{display:flex;gap:1rem;overflow-x:auto}img{width:14rem;height:20rem;object-fit:cover;object-position:top}"
    head = f'<!doctype html><meta charset="utf-8"><title>Screenshots</title><style>{style}</style>'
    (folder / "index.html").write_text(head + "\n".join(rows), encoding="utf-8")
