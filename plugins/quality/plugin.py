"""The quality plugin: the shared standard that every listing meets, and what it shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from marketplace.kernel import clock
from marketplace.kernel.once import read_once
from plugins.api import API_VERSION, PluginMeta, hookimpl
from plugins.api import types as t
from plugins.quality import checks, panels, tables

meta = PluginMeta(
    id="quality",
    name={"ja": "品質基準", "en": "Quality standard"},
    version="1.0",
    api=API_VERSION,
)


@hookimpl
def register_quality_criteria(on_date: date) -> Sequence[t.Criterion]:
    return tables.criteria(on_date)


@hookimpl
def check_listing(listing: t.Listing, on_date: date) -> Sequence[t.Problem]:
    return checks.problems(listing=listing, on_date=on_date)


@hookimpl
def contribute_listing_panels(listing: t.Listing, market: str, language: str) -> Sequence[t.Panel]:
    today = clock.today()  # the same in every market and language
    return read_once(("quality.panels", listing.id, today), lambda: panels.panels(listing=listing, on_date=today))
