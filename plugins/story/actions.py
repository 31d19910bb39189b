"""Writing, placing, showing and withdrawing stories."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import nh3
from django.core.files.images import ImageFile
from django.db import transaction
from django.template.loader import render_to_string
from wagtail.images.models import Image
from wagtail.models import Locale, Page, Revision, Site

from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.revision import mark_pages_changed
from marketplace.merchants import queries as merchants
from plugins.story.models import StoryIndexPage, StoryPage, StoryRow
from plugins.story.types import LANGUAGES, StoryDraft, StoryMissing

PROJECT_JOB = "catalog.project_merchant"
TAGS = {"h2", "h3", "p", "div", "figure", "figcaption", "img", "blockquote", "footer", "dl", "dt", "dd", "ul", "ol"}
TAGS |= {"li", "a", "b", "i", "em", "strong", "br"}
ATTRIBUTES = {
    "*": {"class"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
}


def save_story(*, draft: StoryDraft, actor: str) -> None:
    """Write and publish a story in each of its languages; one of the same slug is written over.

    It is shown from `visible_from` to `visible_to` of the mall's clock (None: at once, without end).
    Raises `MerchantMissing` for an unknown merchant.
    """
    merchants.get_merchant(code=draft.merchant_code)
    source: StoryPage | None = None
    for language in LANGUAGES:
        if not draft.title.get(language):
            continue
        page = _page_for(draft.slug, language, source)
        _fill(page, draft, language)
        if page.pk is None:
            _index(language).add_child(instance=page)
        page.save_revision().publish()
        source = source or page
    record(actor=actor, action="story.story.published", subject=f"story:{draft.slug}", detail={})
    sync_stories()


def withdraw_story(*, slug: str, actor: str) -> None:
    """Take a story off its page and its goods, in every language, also one that waits for its time.

    Raises `StoryMissing`. Withdrawn already: changes nothing.
    """
    pages = list(StoryPage.objects.filter(slug=slug))
    if not pages:
        raise StoryMissing(slug)
    for page in pages:
        page.revisions.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=None)
        if page.live:
            page.unpublish()
    record(actor=actor, action="story.story.withdrawn", subject=f"story:{slug}", detail={})
    sync_stories()


def publish_ahead(*, now: datetime) -> int:
    """Publish in Wagtail what is due by the mall's clock but not yet by the machine's. Returns how many pages.

    Only where the mall's clock is ahead, as in the demo when a day has passed: an editor who sees a story in the shop
    can then withdraw it like any other. Such a page goes live at the machine's moment, or Wagtail would let it wait.
    """
    waiting = Revision.page_revisions.filter(
        approved_go_live_at__gt=clock.real_now(),
        approved_go_live_at__lte=now,
        object_id__in=[str(pk) for pk in StoryPage.objects.values_list("pk", flat=True)],
    )
    for revision in (found := list(waiting)):
        page = revision.as_object()
        page.go_live_at = clock.real_now()
        page.save_revision().publish()
    return len(found)


def sync_stories(*, now: datetime | None = None) -> int:
    """Bring the shop's rows to what Wagtail holds and to the mall's clock. Returns how many rows changed.

    Idempotent, and cheap when nothing changed: run after every change and by the worker.
    """
    moment = now or clock.now()
    rows = {row.page_id: row for row in StoryRow.objects.all()}
    changed = 0
    standing = set()
    for page in StoryPage.objects.select_related("locale", "latest_revision"):
        content = _content(page)
        if content is None:
            continue
        standing.add(page.pk)
        changed += _write(content, rows.get(page.pk), page.pk)
    for page_id in rows.keys() - standing:
        with transaction.atomic():
            if rows[page_id].is_shown:
                _project(rows[page_id].merchant_id)
            StoryRow.objects.filter(page_id=page_id).delete()
        changed += 1
    changed += _show_due(moment)
    if changed:
        mark_pages_changed()
    return changed


def _content(page: StoryPage) -> StoryPage | None:
    """Return the version the shop should know: the live one, else the one that waits for its time, else none."""
    if page.live:
        return page
    waiting = page.revisions.filter(approved_go_live_at__isnull=False).order_by("-created_at").first()
    if waiting is None:
        return None
    found: StoryPage = waiting.as_object()
    found.go_live_at = waiting.approved_go_live_at
    return found


def _write(content: StoryPage, row: StoryRow | None, page_id: int) -> bool:
    merchant_id = merchants.ids_by_code(codes=[content.merchant_code]).get(content.merchant_code, "")
    fields: dict[str, Any] = {
        "slug": content.slug,
        "language": content.locale.language_code,
        "merchant_id": merchant_id,
        "merchant_code": content.merchant_code,
        "title": content.title,
        "teaser": content.teaser,
        "image_url": content.hero.get_rendition("width-960").url if content.hero else "",
        "html": _html(content),
        "listing_slugs": content.listing_slugs(),
        "visible_from": content.go_live_at,
        "visible_to": content.expire_at,
    }
    fields["fingerprint"] = hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode()).hexdigest()
    if row is not None and row.fingerprint == fields["fingerprint"]:
        return False
    with transaction.atomic():
        StoryRow.objects.update_or_create(page_id=page_id, defaults=fields)
        if row is not None and row.is_shown:
            for each in {merchant_id, row.merchant_id}:
                _project(each)
    return True


def _show_due(now: datetime) -> int:
    changed = 0
    for row in StoryRow.objects.only("pk", "is_shown", "visible_from", "visible_to", "merchant_id"):
        has_begun = row.visible_from is None or row.visible_from <= now
        should = has_begun and (row.visible_to is None or now < row.visible_to)
        if should != row.is_shown:
            with transaction.atomic():
                StoryRow.objects.filter(pk=row.pk).update(is_shown=should)
                _project(row.merchant_id)
            changed += 1
    return changed


def _project(merchant_id: str) -> None:
    if merchant_id:
        enqueue(kind=PROJECT_JOB, key=merchant_id, payload={"merchant_id": merchant_id}, again=True)


def _html(page: StoryPage) -> str:
    made = render_to_string("story/body.html", {"page": page})
    return nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"})


def _page_for(slug: str, language: str, source: StoryPage | None) -> StoryPage:
    locale = _locale(language)
    found = StoryPage.objects.filter(slug=slug, locale=locale).first()
    if found is not None:
        return found.get_latest_revision_as_object() if found.latest_revision_id else found
    page = StoryPage(slug=slug, locale=locale)
    if source is not None:
        page.translation_key = source.translation_key
    return page


def _fill(page: StoryPage, draft: StoryDraft, language: str) -> None:
    page.title = draft.title[language]
    page.merchant_code = draft.merchant_code
    page.teaser = draft.teaser.get(language, "")
    page.placed_on = "\n".join(draft.placed_on)
    page.body = StoryPage._meta.get_field("body").to_python(json.dumps(_stream(draft, language), ensure_ascii=False))
    page.go_live_at, page.expire_at = draft.visible_from, draft.visible_to
    if draft.image:
        page.hero = _image(Path(draft.image), draft.title.get("ja") or draft.slug)


def _stream(draft: StoryDraft, language: str) -> list[dict[str, Any]]:
    return [{"type": block["type"], "value": _value(block, language)} for block in draft.blocks]


def _value(block: Mapping[str, Any], language: str) -> Any:
    """Return a block's value as Wagtail stores it. Children of lists need an id each, or Wagtail leaves them out of
    translations."""
    kind = block["type"]
    if kind == "products":
        return [_item(slug, kind, n) for n, slug in enumerate(block["slugs"])]
    value = block.get(language) or block["ja"]
    if kind == "maker_facts":
        return [_item(dict(fact), f"{fact['label']}", n) for n, fact in enumerate(value)]
    if kind == "paragraph":
        return "".join(f"<p>{escape(part)}</p>" for part in value.split("\n\n"))
    return dict(value) if isinstance(value, Mapping) else value


def _item(value: Any, salt: str, place: int) -> dict[str, Any]:
    digest = hashlib.sha256(f"{salt}:{place}:{value}".encode()).hexdigest()
    parts = (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
    return {"type": "item", "value": value, "id": "-".join(parts)}


def _image(path: Path, title: str) -> Image:
    content = path.read_bytes()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    found = Image.objects.filter(file_hash=digest).first()
    if found is not None:
        return found
    with path.open("rb") as file:
        return Image.objects.create(title=title, file=ImageFile(file, name=path.name), file_hash=digest)


def _locale(language: str) -> Locale:
    return Locale.objects.get_or_create(language_code=language)[0]


def _index(language: str) -> StoryIndexPage:
    """Return the shelf of a language, made on first use; the shelves of all languages are translations of one."""
    locale = _locale(language)
    found = StoryIndexPage.objects.filter(locale=locale).first()
    if found is not None:
        return found
    other = StoryIndexPage.objects.first()
    shelf = StoryIndexPage(title=f"物語 ({language})", slug=f"stories-{language}", locale=locale)
    if other is not None:
        shelf.translation_key = other.translation_key
    root = Page.objects.get(depth=1)
    made: StoryIndexPage = root.add_child(instance=shelf)
    if not Site.objects.exists():  # without one, Wagtail warns on every shelf; its translations belong to it
        Site.objects.create(hostname="localhost", root_page=made, is_default_site=True)
    return made
