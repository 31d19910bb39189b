"""A story, written at the ward desk, appears at its time on its goods in both languages, and goes when withdrawn."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.accept import shopping
from tests.accept.runner import Check
from tests.accept.stack import Stack
from tests.accept.visitor import Page, Visitor

TITLE = "a story appears at its time on its products in both languages and disappears when withdrawn"
MERCHANT = "minato-nori"
NORI = "tokyo-yakinori-zengata"
OTHER = "tokyo-ajinori-kan"
SLUG = "asa-no-hiroba"
WORDS = {
    "ja": ("朝の干し場", "日の出前に始まる、一枚の海苔の一日。"),
    "en": ("The drying yard at dawn", "A sheet of nori begins its day before sunrise."),
}
SHOPS = {"ja": ("/jp/ja/",), "en": ("/jp/en/", "/overseas/en/")}
JAPAN = ZoneInfo("Asia/Tokyo")
LEAD = timedelta(seconds=25)
"""Room to write both languages before the time comes; Wagtail's clock shows whole minutes."""
LATE_S = 45.0
"""The worker looks at stories every 20 s."""
SOON_S = 10.0


def run(stack: Stack, check: Check) -> None:
    desk = stack.visitor("ja")
    shopping.enter(desk, "ward-desk@example.com")
    desk.get("/cms/")
    begins = next_minute(datetime.now(JAPAN) + LEAD)
    pages = {language: write(desk, language, begins) for language in WORDS}
    early = seen(stack.visitor("ja"))
    is_early = datetime.now(JAPAN) < begins
    check.equal("before its time the story is nowhere", early if is_early else "written too late", set())

    wait_s = max((begins - datetime.now(JAPAN)).total_seconds(), 0) + LATE_S
    _, first_seen = shopping.until(
        lambda: (seen(stack.visitor("ja")), datetime.now(JAPAN)), lambda sight: sight[0], wait_s
    )
    check("it does not come a moment before", first_seen >= begins, f"{begins:%H:%M:%S}, seen {first_seen:%H:%M:%S}")
    there = shopping.until(lambda: seen(stack.visitor("ja")), lambda found: found == EVERYWHERE, SOON_S)
    check.equal("at its time it is on its product and under its own address, in both languages", there, EVERYWHERE)
    for language, (title, teaser) in WORDS.items():
        story = stack.visitor(language).get(f"{SHOPS[language][0]}s/{SLUG}/")
        check(f"{language}: the story can be read", body_of(language) in story.text, story.text[:200])
        check.equal(f"{language}: it leads to its product", shopping.slugs(story)[:1], [NORI])
        other = stack.visitor(language).get(f"{SHOPS[language][0]}p/{OTHER}/")
        check(f"{language}: the maker's other goods do not carry it", other.status == 200 and title not in other.text)
        listed = stack.visitor(language).get(f"{SHOPS[language][0]}m/{MERCHANT}/")
        check(f"{language}: the maker's page has it", teaser in listed.text or title in listed.text, listed.url)

    for page_id in pages.values():
        withdraw(desk, page_id)
    gone = shopping.until(lambda: seen(stack.visitor("ja")), lambda found: not found, SOON_S)
    check.equal("withdrawn, it is nowhere", gone, set())
    nobody = stack.visitor("ja")
    shopping.enter(nobody, f"{MERCHANT}@example.com")
    check("a merchant's member may not write stories", nobody.get("/cms/").status in (403, 404))


EVERYWHERE = {f"{kind} {shop}" for shops in SHOPS.values() for shop in shops for kind in ("product", "story")}


def seen(visitor: Visitor) -> set[str]:
    """Return where the story is, each in the language of the shop that shows it."""
    found = set()
    for language, shops in SHOPS.items():
        title, _ = WORDS[language]
        for shop in shops:
            if title in visitor.get(f"{shop}p/{NORI}/").text:
                found.add(f"product {shop}")
            story = visitor.get(f"{shop}s/{SLUG}/")
            if story.status == 200 and title in story.text:
                found.add(f"story {shop}")
    return found


def body_of(language: str) -> str:
    return {"ja": "一枚ずつ、風の向きを見て並べます。", "en": "Each sheet is laid out by the wind."}[language]


def next_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def write(desk: Visitor, language: str, begins: datetime) -> int:
    """Write and schedule the story in one language, as an editor does; return the page's number in the CMS."""
    title, teaser = WORDS[language]
    form = desk.get(f"/cms/pages/add/plugin_story/storypage/{shelf(desk, language)}/")
    saved = desk.submit(
        form,
        "#page-edit-form",
        button="action-publish",
        **{
            "title": title,
            "slug": SLUG,
            "merchant_code": MERCHANT,
            "teaser": teaser,
            "placed_on": NORI,
            "go_live_at": begins.strftime("%Y-%m-%d %H:%M"),
            "expire_at": "",
            "body-count": "1",
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "heading",
            "body-0-id": "",
            "body-0-value": body_of(language),
        },
    )
    return page_number(saved, title)


def shelf(desk: Visitor, language: str) -> int:
    """Return the number of the shelf that holds the stories of a language."""
    return page_number(desk.get("/cms/pages/"), f"({language})")


def page_number(page: Page, title: str) -> int:
    """Return the number of the page with these words in its title, from a list in the CMS."""
    for link in page.select("a[href]"):
        match = re.search(r"/cms/pages/(\d+)/edit/$", str(link["href"]))
        if match and title in link.get_text(" ", strip=True):
            return int(match.group(1))
    raise LookupError(f"{title!r} is not listed at {page.url} ({page.status}): {page.text[:800]}")


def withdraw(desk: Visitor, page_id: int) -> None:
    page = desk.get(f"/cms/pages/{page_id}/unpublish/")
    desk.submit(page, f"form[action$='/cms/pages/{page_id}/unpublish/']")
