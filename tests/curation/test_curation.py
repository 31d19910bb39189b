"""The ward's choice: with a reason, for its days, and each in turn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from marketplace.catalog import actions as catalog
from marketplace.curation import actions, models, queries
from marketplace.curation.types import FeatureMissing, UnableToFeature
from marketplace.kernel import clock
from marketplace.kernel.audit.models import AuditEntry
from plugins.api.money import Money
from tests.catalog.conftest import saleor  # noqa: F401  the fixture
from tests.catalog.factories import make_live, make_merchant

DESK = "user:7"
REASON = {"ja": "光を刻む手仕事です。", "en": "Light, cut by hand."}


def feature(listing, **overrides):
    fields = {"kind": "listing", "target_id": listing.id, "reason": REASON, "actor": DESK}
    return actions.feature(**{**fields, **overrides})


def shown(market="jp", language="ja"):
    return [card.slug for card in queries.home(market=market, language=language).features]


def at(day):
    return clock.at(datetime(day.year, day.month, day.day, 9, tzinfo=clock.JAPAN))


def test_a_feature_shows_its_reason_in_the_readers_language(saleor):  # noqa: F811
    listing = make_live(make_merchant())

    made = feature(listing)

    assert queries.home(market="jp", language="ja").features[0].featured_reason == "光を刻む手仕事です。"
    assert queries.home(market="overseas", language="en").features[0].featured_reason == "Light, cut by hand."
    assert queries.reasons(language="en") == {listing.id: "Light, cut by hand."}
    assert (made.title, made.actor) == ("江戸切子 魚子文 ロックグラス", DESK)
    entry = AuditEntry.objects.get(action="curation.feature.started")
    assert (entry.actor, entry.subject) == (DESK, f"feature:{made.id}")


def test_a_merchant_is_presented_with_a_picture_of_its_goods(saleor):  # noqa: F811
    merchant = make_merchant()
    make_live(merchant)
    actions.feature(kind="merchant", target_id=merchant.id, reason=REASON, actor=DESK)

    (entry,) = queries.home(market="jp", language="en").merchants

    assert (entry.code, entry.name, entry.reason) == ("soramame-glass", "Soramame Glass", "Light, cut by hand.")
    assert entry.image.w480 == "/P1-M1-512"


def test_an_ended_feature_and_a_withdrawn_listing_are_gone(saleor):  # noqa: F811
    first, second = make_live(make_merchant()), make_live(make_merchant("hotaru-kiriko"), slug="second")
    made = feature(first)
    feature(second)

    actions.unfeature(feature_id=made.id, actor=DESK)
    assert shown() == ["second"]
    with pytest.raises(FeatureMissing):
        actions.unfeature(feature_id=made.id, actor=DESK)
    catalog.withdraw_listing(listing_id=second.id, reason={"ja": "調査"}, actor=DESK, by="ward")
    assert shown() == []


def test_a_feature_holds_on_its_days_only(saleor):  # noqa: F811
    start = clock.today() + timedelta(days=2)
    feature(make_live(make_merchant()), starts_on=start, ends_on=start + timedelta(days=1))

    seen = []
    for offset in (1, 2, 3, 4):
        with at(clock.today() + timedelta(days=offset)):
            seen.append(bool(shown()))

    assert seen == [False, True, True, False]


def test_what_cannot_be_featured_changes_nothing(saleor):  # noqa: F811
    listing = make_live(make_merchant())

    for wrong in (
        {"reason": {"ja": "理由"}},
        {"ends_on": date(2020, 1, 1)},
        {"target_id": "999999"},
        {"kind": "merchant", "target_id": "999999"},
    ):
        with pytest.raises(UnableToFeature):
            feature(listing, **wrong)

    assert models.Feature.objects.count() == 0


def test_featuring_again_changes_the_reason_and_is_one_feature(saleor):  # noqa: F811
    listing = make_live(make_merchant())
    feature(listing)
    feature(listing, reason={"ja": "新しい理由", "en": "A new reason"})

    assert models.Feature.objects.count() == 1
    assert queries.home(market="jp", language="ja").features[0].featured_reason == "新しい理由"


def test_everyone_gets_a_turn_and_a_day_keeps_its_order(saleor):  # noqa: F811
    merchant = make_merchant()
    slugs = [f"cup-{number}" for number in range(9)]
    for slug in slugs:
        feature(make_live(merchant, slug=slug, prices={"jp": Money(100, "JPY")}))
    days = [clock.today() + timedelta(days=offset) for offset in range(3)]

    seen = []
    for day in days:
        with at(day):
            assert actions.plan_day() == 6
            seen.append(shown())
            assert actions.plan_day() == 0
            assert shown() == seen[-1]

    assert seen[0] == slugs[:6]
    assert seen[1][:3] == slugs[6:]
    assert seen[2] == slugs[3:9]
    counts = {slug: sum(slug in day for day in seen) for slug in slugs}
    assert set(counts.values()) == {2}


def test_a_theme_shows_its_goods_in_order_while_it_lasts(saleor):  # noqa: F811
    merchant = make_merchant()
    one, two = make_live(merchant, slug="one"), make_live(merchant, slug="two")
    today = clock.today()
    actions.save_theme(
        slug="long-nights",
        names={"ja": "夜長", "en": "Long nights"},
        texts={"ja": "灯りのそばに。", "en": "By the lamp."},
        listing_ids=[two.id, one.id, "99999"],
        starts_on=today,
        ends_on=today,
        actor=DESK,
    )

    (theme,) = queries.home(market="jp", language="en").themes

    assert (theme.name, [card.slug for card in theme.cards]) == ("Long nights", ["two", "one"])
    with at(today + timedelta(days=1)):
        assert queries.home(market="jp", language="en").themes == ()


def test_the_home_page_costs_the_same_for_one_and_for_six(saleor, django_assert_num_queries):  # noqa: F811
    merchant = make_merchant()
    actions.feature(kind="merchant", target_id=merchant.id, reason=REASON, actor=DESK)
    feature(make_live(merchant))
    with at(clock.today()), django_assert_num_queries(8):
        assert len(queries.home(market="jp", language="ja").features) == 1
    for number in range(5):
        feature(make_live(merchant, slug=f"more-{number}"))

    with at(clock.today()), django_assert_num_queries(8):
        assert len(queries.home(market="jp", language="ja").features) == 6
