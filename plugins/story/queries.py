"""What the shop shows of stories, from the rows alone."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import F
from django.template.loader import render_to_string

from marketplace.catalog import queries as catalog
from marketplace.kernel.once import read_once
from plugins.api.types import Listing, Panel, Story, StoryTeaser
from plugins.story.models import StoryRow

NEWEST = (F("visible_from").desc(nulls_last=True), "-pk")
TITLE = {"ja": "物語", "en": "Story"}


def panels(*, listing: Listing, market: str, language: str) -> list[Panel]:
    """Return a panel and a teaser for each story shown now that is placed on the listing; one statement a merchant."""
    found = []
    for row in _shown_of(listing.merchant.id):
        if row.language != language or row.listing_slugs and listing.slug not in row.listing_slugs:
            continue
        html = render_to_string("story/panel.html", {"row": row, "market": market, "language": language})
        words = {"ja": row.teaser, language: row.teaser}
        found.append(Panel(plugin="story", slot="story", title=TITLE, html={"ja": html, language: html}, order=20))
        found.append(Panel(plugin="story", slot="teaser", title=words, html={"ja": ""}, order=20))
    return found


def teasers(*, market: str, language: str, merchant_id: str, limit: int) -> list[StoryTeaser]:
    """Return the stories shown now, newest first, of one merchant ("" for all), `limit` at most; two statements.

    A story without a picture of its own is given one of the maker's goods on sale in the market.
    """
    rows = StoryRow.objects.filter(language=language, is_shown=True).defer("html").order_by(*NEWEST)
    if merchant_id:
        rows = rows.filter(merchant_id=merchant_id)
    told = [_teaser(row) for row in rows[:limit]]
    codes = {each.merchant_code for each in told if not each.image_url}
    pictures = catalog.merchant_pictures(market=market, language=language, codes=sorted(codes))
    return [
        replace(each, image_url=pictures[each.merchant_code].w960)
        if not each.image_url and each.merchant_code in pictures
        else each
        for each in told
    ]


def story(*, slug: str, language: str) -> Story | None:
    """Return one story that is shown now, or None; two statements."""
    row = StoryRow.objects.filter(slug=slug, language=language, is_shown=True).first()
    if row is None:
        return None
    ids = catalog.listing_ids(slugs=row.listing_slugs)
    placed = tuple(ids[each] for each in row.listing_slugs if each in ids)
    return Story(teaser=_teaser(row), html=row.html, listing_ids=placed)


def _shown_of(merchant_id: str) -> list[StoryRow]:
    """Return a merchant's stories shown now, newest first, in every language: whoever asks for one asks for all."""
    rows = StoryRow.objects.filter(merchant_id=merchant_id, is_shown=True).order_by(*NEWEST)
    return read_once(("story.shown", merchant_id), lambda: list(rows))


def _teaser(row: StoryRow) -> StoryTeaser:
    return StoryTeaser(
        slug=row.slug,
        language=row.language,
        title=row.title,
        teaser=row.teaser,
        image_url=row.image_url,
        merchant_id=row.merchant_id,
        merchant_code=row.merchant_code,
        shown_from=row.visible_from,
    )
