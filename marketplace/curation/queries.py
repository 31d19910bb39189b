"""The home page and what is featured: a constant number of statements, however much is featured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db.models import F, Q, QuerySet

from marketplace.catalog import queries as catalog
from marketplace.catalog.types import ListingCard, Picture
from marketplace.curation import models
from marketplace.curation.types import FeaturedMerchant, FeatureMissing, FeatureRecord, HomePage, HomeStory, ThemeView
from marketplace.kernel import clock
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import Merchant
from plugins.api.types import StoryTeaser
from plugins.runtime import hooks

SHOWN = {"listing": 6, "merchant": 4}
STORIES = 6


def home(*, market: str, language: str) -> HomePage:
    """Return the home page of a market in a language, on the mall's day.

    Features stand in the order of the day's plan; before there is one, in the order it would take. What is not on
    sale in the market is left out. Stories come from the plugins.
    """
    today = clock.today()
    listings = _in_order("listing", today)
    presented = _in_order("merchant", today)
    themes = list(_themes(today))
    wanted = [row.target_id for row in listings] + [key for theme in themes for key in theme.listing_ids]
    found = catalog.cards(market=market, language=language, ids=list(dict.fromkeys(wanted))).cards
    cards = {card.id: card for card in found}
    return HomePage(
        features=_featured_cards(listings, cards, language),
        merchants=_merchants(presented, market, language),
        stories=_stories(market, language),
        themes=_theme_views(themes, cards, language),
    )


def features(*, on_date: date | None = None) -> tuple[FeatureRecord, ...]:
    """Return every feature that has not ended, for the ward desk: those of the day and those to come."""
    today = on_date or clock.today()
    rows = models.Feature.objects.filter(ended_at=None).filter(Q(ends_on=None) | Q(ends_on__gte=today))
    return _records(rows.order_by("-created_at", "-pk"))


def feature_record(*, feature_id: str) -> FeatureRecord:
    """Return one feature. Raises `FeatureMissing`."""
    found = _records(models.Feature.objects.filter(pk=int(feature_id))) if feature_id.isdecimal() else ()
    if not found:
        raise FeatureMissing(feature_id)
    return found[0]


def reasons(*, language: str) -> dict[str, str]:
    """Return why the ward chose the listings featured today, by listing id; one statement."""
    rows = active_features(kind="listing", on_date=clock.today())
    return {target: catalog.words(reason, language) for target, reason in rows.values_list("target_id", "reason")}


def active_features(*, kind: str, on_date: date) -> QuerySet[models.Feature]:
    """Return the rows in force on a day, for this app's own use."""
    rows = models.Feature.objects.filter(kind=kind, ended_at=None, starts_on__lte=on_date)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=on_date))


def _in_order(kind: str, today: date) -> list[models.Feature]:
    """Those that have a place today by place, then who has waited longest: twice the places, since some may be sold
    in other markets only."""
    rows = list(
        active_features(kind=kind, on_date=today).order_by(F("last_shown_on").asc(nulls_first=True), "place", "pk")
    )
    placed = sorted((row for row in rows if row.last_shown_on == today), key=lambda row: (row.place, row.pk))
    return [*placed, *(row for row in rows if row.last_shown_on != today)][: 2 * SHOWN[kind]]


def _featured_cards(
    rows: Sequence[models.Feature], cards: dict[str, ListingCard], language: str
) -> tuple[ListingCard, ...]:
    shown = [
        replace(cards[row.target_id], featured_reason=catalog.words(row.reason, language))
        for row in rows
        if row.target_id in cards
    ]
    return tuple(shown[: SHOWN["listing"]])


def _merchants(rows: Sequence[models.Feature], market: str, language: str) -> tuple[FeaturedMerchant, ...]:
    found = merchants.merchants_by_id(ids=[row.target_id for row in rows])
    codes = [merchant.code for merchant in found.values()]
    pictures = catalog.merchant_pictures(market=market, language=language, codes=codes)
    shown = [
        FeaturedMerchant(
            code=found[row.target_id].code,
            name=catalog.words(found[row.target_id].name, language),
            reason=catalog.words(row.reason, language),
            profile=catalog.words(found[row.target_id].profile, language),
            image=_portrait(found[row.target_id]) or pictures[found[row.target_id].code],
        )
        for row in rows
        if row.target_id in found and found[row.target_id].code in pictures
    ]
    return tuple(shown[: SHOWN["merchant"]])


def _portrait(merchant: Merchant) -> Picture | None:
    return Picture(**merchant.portrait) if merchant.portrait else None


def _stories(market: str, language: str) -> tuple[HomeStory, ...]:
    told: list[StoryTeaser] = hooks.gather(
        "list_stories", market=market, language=language, merchant_id="", limit=STORIES
    )
    return tuple(
        HomeStory(
            slug=each.slug,
            title=each.title,
            teaser=each.teaser,
            merchant_code=each.merchant_code,
            image=Picture(each.image_url, each.image_url, ""),
        )
        for each in told[:STORIES]
    )


def _themes(today: date) -> QuerySet[models.Theme]:
    return models.Theme.objects.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gte=today))


def _theme_views(rows: Sequence[models.Theme], cards: dict[str, ListingCard], language: str) -> tuple[ThemeView, ...]:
    return tuple(
        ThemeView(
            slug=row.slug,
            name=catalog.words(row.names, language),
            text=catalog.words(row.texts, language),
            cards=shown,
        )
        for row in rows
        if (shown := tuple(cards[key] for key in row.listing_ids if key in cards))
    )


def _records(rows: QuerySet[models.Feature]) -> tuple[FeatureRecord, ...]:
    chosen = list(rows)
    listings = catalog.listing_names(ids=[row.target_id for row in chosen if row.kind == "listing"])
    people = merchants.merchants_by_id(ids=[row.target_id for row in chosen if row.kind == "merchant"])
    titles = {("listing", key): names.get("ja", "") for key, names in listings.items()}
    titles |= {("merchant", key): merchant.name.get("ja", "") for key, merchant in people.items()}
    return tuple(
        FeatureRecord(
            id=str(row.pk),
            kind=row.kind,  # type: ignore[arg-type]
            target_id=row.target_id,
            title=titles.get((row.kind, row.target_id), ""),
            reason=row.reason,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            last_shown_on=row.last_shown_on,
            actor=row.actor,
        )
        for row in chosen
    )
