"""A story appears at its time on its goods in both languages, and is gone when withdrawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from wagtail.models import Page, Site

from marketplace.accounts.models import Role, User
from marketplace.catalog import actions, queries
from marketplace.kernel import clock
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.kernel.jobs.worker import work_once
from plugins.runtime import hooks
from plugins.story import access
from plugins.story.actions import publish_ahead, save_story, sync_stories, withdraw_story
from plugins.story.models import StoryIndexPage, StoryPage, StoryRow
from plugins.story.types import StoryDraft, StoryMissing
from tests.catalog.conftest import saleor  # noqa: F401  the fixture
from tests.catalog.factories import make_live, make_merchant

ACTOR = "user:1"
BLOCKS = (
    {"type": "heading", "ja": "線を切る朝", "en": "A morning of cut lines"},
    {"type": "paragraph", "ja": "下絵は描きません。<b>一息</b>で。", "en": "No drawn guides.\n\nOne breath."},
    {"type": "quote", "ja": {"text": "光で決める", "by": "三代目"}, "en": {"text": "Light decides", "by": "Third"}},
    {"type": "maker_facts", "ja": [{"label": "創業", "value": "昭和"}], "en": [{"label": "Since", "value": "Showa"}]},
    {"type": "products", "slugs": ["edo-kiriko-rocks"]},
)


def make_story(**overrides):
    fields = {
        "slug": "morning-of-lines",
        "merchant_code": "soramame-glass",
        "title": {"ja": "線を切る朝", "en": "A morning of lines"},
        "teaser": {"ja": "三代目の切子工房をたずねて。", "en": "A visit to a third-generation studio."},
        "blocks": BLOCKS,
    }
    return StoryDraft(**{**fields, **overrides})


def story_of(language, market="jp", slug="edo-kiriko-rocks"):
    page = queries.detail(market=market, language=language, slug=slug)
    return [panel.html for panel in page.in_slot("story")], page.card.story_teaser


def test_a_story_stands_on_its_goods_in_both_languages_and_goes_when_withdrawn(saleor):  # noqa: F811
    make_live(make_merchant())

    save_story(draft=make_story(), actor=ACTOR)
    actions.project_all()

    (panel,), teaser = story_of("ja")
    assert teaser == "三代目の切子工房をたずねて。"
    assert 'href="/jp/ja/s/morning-of-lines/"' in panel
    (panel,), teaser = story_of("en", market="overseas")
    assert teaser == "A visit to a third-generation studio."
    assert 'href="/overseas/en/s/morning-of-lines/"' in panel

    withdraw_story(slug="morning-of-lines", actor=ACTOR)
    actions.project_all()
    assert story_of("ja") == ([], "")
    assert hooks.first("get_story", slug="morning-of-lines", language="ja") is None
    with pytest.raises(StoryMissing):
        withdraw_story(slug="no-such", actor=ACTOR)


def test_the_whole_story_is_safe_markup_with_its_goods(saleor):  # noqa: F811
    merchant = make_merchant()
    listing = make_live(merchant)
    save_story(draft=make_story(), actor=ACTOR)

    story = hooks.first("get_story", slug="morning-of-lines", language="ja")
    english = hooks.first("get_story", slug="morning-of-lines", language="en")

    assert "&lt;b&gt;一息&lt;/b&gt;" in story.html
    assert "<dt>創業</dt><dd>昭和</dd>" in story.html
    assert "<p>One breath.</p>" in english.html
    assert story.listing_ids == (listing.id,)
    assert (story.teaser.merchant_id, english.teaser.title) == (merchant.id, "A morning of lines")


def test_a_story_appears_and_ends_by_the_malls_clock(saleor, settings):  # noqa: F811
    settings.MALL_EMBEDDED_WORKER = ""  # no engine in this test
    make_live(make_merchant())
    start = datetime.now(tz=UTC) + timedelta(days=2)
    end = start + timedelta(days=3)
    save_story(draft=make_story(visible_from=start, visible_to=end), actor=ACTOR)

    def shown(moment):
        with clock.at(moment):
            work_once(now=moment)
        return story_of("ja")[1], story_of("en")[1]

    assert shown(start - timedelta(minutes=1)) == ("", "")
    assert shown(start) == ("三代目の切子工房をたずねて。", "A visit to a third-generation studio.")
    assert shown(end - timedelta(minutes=1))[0] != ""
    assert shown(end) == ("", "")


def test_wagtail_follows_the_malls_clock_where_it_is_ahead(saleor):  # noqa: F811
    make_live(make_merchant())
    tomorrow = clock.real_now() + timedelta(days=1)
    save_story(draft=make_story(visible_from=tomorrow), actor=ACTOR)
    assert (publish_ahead(now=clock.real_now()), StoryPage.objects.filter(live=True).count()) == (0, 0)

    assert publish_ahead(now=tomorrow) == 2
    sync_stories(now=tomorrow)

    assert StoryPage.objects.filter(live=True).count() == 2
    assert StoryRow.objects.filter(is_shown=True).count() == 2
    assert publish_ahead(now=tomorrow) == 0


def test_a_waiting_story_can_be_withdrawn_before_its_time(saleor):  # noqa: F811
    make_merchant()
    start = datetime.now(tz=UTC) + timedelta(days=2)
    save_story(draft=make_story(visible_from=start), actor=ACTOR)
    assert StoryRow.objects.count() == 2

    withdraw_story(slug="morning-of-lines", actor=ACTOR)

    assert StoryRow.objects.count() == 0
    assert sync_stories(now=start) == 0


def test_saving_again_writes_over_and_asks_for_one_projection(saleor):  # noqa: F811
    merchant = make_merchant()
    save_story(draft=make_story(), actor=ACTOR)
    save_story(draft=make_story(title={"ja": "新しい朝", "en": "New morning"}), actor=ACTOR)

    teasers = hooks.gather("list_stories", market="jp", language="ja", merchant_id=merchant.id, limit=5)

    assert [teaser.title for teaser in teasers] == ["新しい朝"]
    assert StoryPage.objects.count() == 2
    assert len({page.translation_key for page in StoryPage.objects.all()}) == 1
    assert StoryIndexPage.objects.count() == 2
    assert OutboxJob.objects.filter(kind="catalog.project_merchant").count() == 1
    assert sync_stories() == 0


def test_a_story_of_another_merchant_stands_on_no_foreign_goods(saleor):  # noqa: F811
    make_live(make_merchant())
    make_merchant("hotaru-kiriko")
    save_story(draft=make_story(merchant_code="hotaru-kiriko", blocks=BLOCKS[:1]), actor=ACTOR)
    actions.project_all()

    assert story_of("ja") == ([], "")


def test_stories_load_from_a_file(saleor, tmp_path):  # noqa: F811
    make_merchant()
    entry = {
        "slug": "from-a-file",
        "merchant_code": "soramame-glass",
        "title": {"ja": "紙から", "en": "From paper"},
        "teaser": {"ja": "一行", "en": "One line"},
        "blocks": list(BLOCKS),
        "visible_from": "2026-01-01T09:00:00+09:00",
    }
    (tmp_path / "stories.json").write_text(json.dumps([entry]), encoding="utf-8")

    call_command("load_stories", str(tmp_path / "stories.json"), verbosity=0)

    found = hooks.gather("list_stories", market="jp", language="en", merchant_id="", limit=5)
    assert [(teaser.slug, teaser.title) for teaser in found] == [("from-a-file", "From paper")]
    call_command("withdraw_story", "from-a-file")
    assert hooks.gather("list_stories", market="jp", language="en", merchant_id="", limit=5) == []


def test_only_whom_the_policy_lets_enters_the_cms(saleor, client):  # noqa: F811
    desk = User.objects.create_user(email="desk@example.test", name="区役所 窓口", password="x")
    Role.objects.create(user=desk, kind="ward_desk")
    other = User.objects.create_user(email="other@example.test", name="店主", password="x")

    assert client.get("/cms/").status_code == 302
    client.force_login(other)
    assert client.get("/cms/").status_code == 403
    client.force_login(desk)
    assert client.get("/cms/").status_code == 200
    Role.objects.all().delete()
    assert access.let_in(desk) is False


def test_an_editor_publishes_in_the_cms_and_the_shop_follows(saleor, client):  # noqa: F811
    make_merchant()
    save_story(draft=make_story(), actor=ACTOR)
    desk = User.objects.create_user(email="desk@example.test", name="区役所 窓口", password="x")
    Role.objects.create(user=desk, kind="ward_desk")
    client.force_login(desk)
    client.get("/cms/")
    page = StoryPage.objects.get(locale__language_code="ja")

    edit = client.get(f"/cms/pages/{page.pk}/edit/")
    answer = client.post(f"/cms/pages/{page.pk}/unpublish/")

    assert edit.status_code == 200
    assert answer.status_code == 302
    assert hooks.first("get_story", slug="morning-of-lines", language="ja") is None
    assert hooks.first("get_story", slug="morning-of-lines", language="en") is not None


def test_the_demo_stories_load_once_for_merchants_that_are_there(saleor):  # noqa: F811
    merchant = make_merchant()
    make_live(merchant)

    first = hooks.gather("load_demo", merchants={"soramame-glass": merchant.id})
    again = hooks.gather("load_demo", merchants={"soramame-glass": merchant.id})

    assert "story hikari-wo-kizamu" in first
    assert again == []
    (teaser,) = hooks.gather("list_stories", market="jp", language="en", merchant_id=merchant.id, limit=3)
    assert (teaser.title, teaser.image_url) == ("The morning light is cut", "/P1-M1-1024")


def test_wagtail_holds_the_shelves_alone_and_a_site_that_leads_to_them(saleor):  # noqa: F811
    assert (Page.objects.filter(depth=2).count(), Site.objects.count()) == (0, 0)
    make_merchant()

    save_story(draft=make_story(), actor=ACTOR)

    assert {page.specific_class for page in Page.objects.filter(depth=2)} == {StoryIndexPage}
    assert [page.get_url_parts() is not None for page in StoryIndexPage.objects.all()] == [True, True]
    assert Site.objects.get(is_default_site=True).root_page.specific_class is StoryIndexPage
    assert not any(Page.find_problems())
