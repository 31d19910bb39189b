"""What the ward chooses and why, for pages. Plain Python, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from marketplace.catalog.types import ListingCard, Picture
from plugins.api.types import Words

FeatureKind = Literal["listing", "merchant"]


class FeatureMissing(LookupError):
    """No such feature, or it has ended."""


class UnableToFeature(ValueError):
    """What was asked cannot be featured; the message says why."""


@dataclass(frozen=True, slots=True)
class FeatureRecord:
    """One feature as the ward desk sees it. `starts_on` and `ends_on` are days in Japan, both included; None: no end.
    `last_shown_on` is the last day it had one of the places on the home page."""

    id: str
    kind: FeatureKind
    target_id: str
    title: str
    reason: Words
    starts_on: date
    ends_on: date | None
    last_shown_on: date | None
    actor: str


@dataclass(frozen=True, slots=True)
class FeaturedMerchant:
    """A merchant the ward presents, with the reason shoppers read and a picture of its goods."""

    code: str
    name: str
    reason: str
    profile: str
    image: Picture


@dataclass(frozen=True, slots=True)
class HomeStory:
    """A story on the home page. Its picture may be "" when it has none."""

    slug: str
    title: str
    teaser: str
    merchant_code: str
    image: Picture


@dataclass(frozen=True, slots=True)
class ThemeView:
    """A theme of the season with its goods, in the ward's order."""

    slug: str
    name: str
    text: str
    cards: tuple[ListingCard, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page: each feature's card says why the ward chose it."""

    features: tuple[ListingCard, ...]
    merchants: tuple[FeaturedMerchant, ...]
    stories: tuple[HomeStory, ...]
    themes: tuple[ThemeView, ...]
