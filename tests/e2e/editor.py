"""What a story's writer does in Wagtail, by clicks and typing, on a desktop or on a phone."""

from __future__ import annotations

from datetime import datetime

from tests.e2e import walks
from tests.e2e.reader import PHONE, Reader

SIDEBAR = "#wagtail-sidebar"
SCHEDULE = "#schedule-publishing-dialog"


def write_story(
    writer: Reader, *, title: str, teaser: str, heading: str, slug: str, merchant: str, placed_on: str, begins: datetime
) -> None:
    """Enter as the ward desk, write a story in the writer's language, and publish it from a moment on."""
    page = writer.page
    walks.enter(writer, "ward-desk@example.com")
    open_shelf(writer)
    writer.press("header a[href*='/add_subpage/'], main a[href*='/add_subpage/'] >> nth=0")
    page.fill("#id_title", title)
    page.fill("#id_merchant_code", merchant)
    page.fill("#id_teaser", teaser)
    page.locator("[data-contentpath=body] button").first.click()
    page.locator("[role=option]").first.click()
    page.fill("[name='body-0-value']", heading)
    page.fill("#id_placed_on", placed_on)
    page.locator("[role=tab]").nth(1).click()
    page.fill("#id_slug", slug)
    page.locator("[role=tab]").nth(0).click()
    writer.see("written", ours=False)
    set_schedule(writer, begins)
    page.click("footer .w-dropdown button >> nth=0")
    writer.press("button[name=action-publish]")
    writer.see("scheduled", ours=False)


def open_shelf(writer: Reader) -> None:
    """Go from the desk to the stories in one's language: Stories, Pages, the shelf."""
    writer.press("nav a[href='/cms/']")
    if writer.width <= PHONE:
        writer.page.click("button.sidebar-nav-toggle")
    writer.page.click(f"{SIDEBAR} button:has-text('ページ'), {SIDEBAR} button:has-text('Pages')")
    writer.press(f"{SIDEBAR} a:has-text('({writer.language})')")


def set_schedule(writer: Reader, begins: datetime) -> None:
    page = writer.page
    page.click("[data-side-panel-toggle=status]")
    page.click("[data-a11y-dialog-show='schedule-publishing-dialog']")
    page.fill("#id_go_live_at", begins.strftime("%Y-%m-%d %H:%M"))
    writer.press_by_key(f"{SCHEDULE} button[type=submit]")  # the calendar, open still, covers it for a mouse
    if page.is_visible("[data-side-panel=status]"):  # it stays open, and on a phone covers everything
        page.click("[data-side-panel-toggle=status]")


def withdraw_story(writer: Reader, title: str) -> None:
    """Find the story on its shelf and take it off."""
    page = writer.page
    writer.go("/ward/")
    open_shelf(writer)
    writer.press(f"main a[href$='/edit/']:has-text('{title}')")
    page.click("footer .w-dropdown button >> nth=0")
    writer.press("footer a[href*='/unpublish/'], [data-tippy-root] a[href*='/unpublish/']")
    writer.see("withdrawing", ours=False)
    writer.press("form[action*='/unpublish/'] [type=submit]")
