"""Loads the demo ward: merchants, listings with drawn pictures, features, stories, then thirteen weeks of sales.

Every step finds what an earlier run did, so that a second start does nothing and a killed one goes on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from infra import past_sales
from infra.cli import work
from infra.demo import history, people, ward
from infra.demo.drawing import draw_picture, draw_portrait
from marketplace.catalog import actions as catalog
from marketplace.catalog import queries as catalog_queries
from marketplace.catalog.types import PictureDraft, VariantDraft
from marketplace.curation import actions as curation
from marketplace.kernel import clock
from marketplace.kernel.jobs import actions as jobs
from marketplace.kernel.jobs import queries as job_queries
from marketplace.kernel.jobs import worker
from marketplace.merchants import actions as merchant_actions
from marketplace.merchants import queries as merchants
from marketplace.orders import actions as orders
from marketplace.orders import queries as order_queries
from marketplace.saleor import site
from marketplace.saleor.types import Address
from plugins.runtime import hooks

HOLD = "demo-history"
BATCH = 20
STUCK_AFTER_S = 120
"""A slow machine is no error; a queue of which nothing was finished for so long is."""
FEATURES = (
    (
        "soramame-glass",
        "edo-kiriko-nanako-rocks",
        "秋の夜長に。光を刻む手仕事を、区がおすすめします。",
        "For long autumn evenings: light, cut by hand.",
    ),
    (
        "minato-nori",
        "tokyo-yakinori-zengata",
        "新海苔の季節。口どけを確かめて選びました。",
        "The new nori is in. We chose it for the way it melts.",
    ),
    (
        "tsukimi-wagashi",
        "neri-yokan-ogura",
        "冬支度の贈りものに。六時間の手間が味わえます。",
        "A present for early winter: six hours in a copper pan.",
    ),
    (
        "sazanami-some",
        "aizome-scarf",
        "ものづくり展で来場者の投票一位でした。",
        "Visitors' first choice at the ward's makers' fair.",
    ),
)


def is_demo() -> bool:
    """Whether this data folder holds the demo ward."""
    return _state_file().exists()


def accounts() -> list[dict[str, Any]]:
    """Return the personas' accounts (role, e-mail, password, page)."""
    return people.accounts_table()


def prepare(progress: Callable[[str], None] = lambda text: None) -> None:
    """Load everything but the sales history. Quick when it stands already; a killed load goes on where it was."""
    state = _state()
    if state.get("prepared"):
        return
    _save({**state, "loaded_on": state.get("loaded_on") or clock.today().isoformat()})
    before = date.fromisoformat(_state()["loaded_on"])
    catalog.ensure_categories()
    people.ensure_staff()
    people.ensure_shopper(work=drain)
    for content in ward.merchants():
        people.ensure_merchant(content)
    load_portraits()
    load_listings(sold=history.sold(before=before) if weeks() else {})
    load_features()
    hooks.gather("load_demo", merchants={each.code: each.id for each in merchants.list_merchants()})
    drain()
    _save({**_state(), "prepared": True})


def weeks() -> int:
    """Return how many weeks of history to load: 13, or what MALL_DEMO_WEEKS says (0: none).

    A part of the ward has none: the past is one of all merchants together.
    """
    return 0 if ward.chosen() else int(os.environ.get("MALL_DEMO_WEEKS", history.WEEKS))


def load_portraits() -> None:
    """Give every merchant that has no picture of its own the drawing of its shopfront."""
    wanted = [each for each in merchants.list_merchants() if not each.portrait]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for merchant, picture in zip(wanted, pool.map(draw_portrait, [each.code for each in wanted]), strict=True):
            merchant_actions.set_portrait(merchant_id=merchant.id, content=picture, actor=people.ACTOR)


def load_listings(*, sold: Any) -> None:
    """Draft and publish every listing that is not there yet, with its pictures drawn beforehand on all cores."""
    known = catalog_queries.listing_ids(slugs=[each.slug for each in ward.listings()])
    wanted = [each for each in ward.listings() if each.slug not in known]
    ids = {each.code: each.id for each in merchants.list_merchants()}
    shop = site.get_site()

    def load(drawn: tuple[ward.DemoListing, bytes]) -> None:
        content, picture = drawn
        draft = catalog.draft_listing(
            merchant_id=ids[content.merchant],
            slug=content.slug,
            names=content.name,
            descriptions=content.text,
            category=content.category,
            variants=[_variant(content, sold.get(content.slug, 0))],
            answers=content.answers,
            tax_class=content.tax_class,
            hs_code=content.hs_code,
            origin_country="JP",
            origin_area=content.origin_area,
            weight_g=content.weight_g,
            markets=tuple(content.prices),
            pictures=[PictureDraft(f"{content.slug}.jpg", picture, content.name)],
            actor=people.ACTOR,
        )
        catalog.publish_listing(listing_id=draft.id, actor=people.ACTOR, site=shop)

    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        past_sales.side_by_side(load, zip(wanted, pool.map(draw_picture, wanted), strict=True))
    _publish_drafts()


def _publish_drafts() -> None:
    """Publish what an earlier load drafted and was killed before publishing."""
    for draft in catalog_queries.listing_records(state="draft"):
        catalog.publish_listing(listing_id=draft.id, actor=people.ACTOR)


def _variant(content: ward.DemoListing, sold: int) -> VariantDraft:
    return VariantDraft(sku=content.slug, name={"ja": "", "en": ""}, prices=content.prices, stock=content.stock + sold)


def load_features() -> None:
    """Let the ward feature a few things, with reasons that shoppers read."""
    listings = catalog_queries.listing_ids(slugs=[slug for _, slug, _, _ in FEATURES])
    for _, slug, ja, en in FEATURES:
        if slug not in listings:
            continue
        curation.feature(kind="listing", target_id=listings[slug], reason={"ja": ja, "en": en}, actor=people.ACTOR)


def load_history(progress: Callable[[int, int], None]) -> None:
    """Enter the whole weeks before the day of loading as simulated orders: paid, split, sent, some refunded."""
    state = _state()
    if state.get("history") or not weeks():
        return
    before = date.fromisoformat(state["loaded_on"])
    wanted = history.orders(before=before)
    first = history.whole_weeks_before(before)[-min(weeks(), history.WEEKS)]
    wanted = [order for order in wanted if order.day >= first]
    jobs.hold_open(name=HOLD)
    done = dict(past_sales.recorded(channels=("jp", "overseas")))
    variants = _variants()
    batches = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]
    with helping_worker():
        for number, batch in enumerate([*batches, [], []]):
            done |= past_sales.record_all([_sale(order, variants) for order in batch if order.key not in done])
            sent = [done[order.key] for order in (batches[number - 1] if 0 < number <= len(batches) else ())]
            for order_id in sent:
                _until_confirmed(order_id)
            past_sales.side_by_side(_send, sent)
            for order in batches[number - 2] if number > 1 else ():
                _refund(order, done[order.key])
            progress(min((number + 1) * BATCH, len(wanted)), len(wanted))
    drain()
    catalog.hasten_projections()
    drain()
    jobs.release(name=HOLD)
    _save({**_state(), "history": True})


@contextmanager
def helping_worker() -> Iterator[None]:
    """Let a worker run beside the loader, on the second core, unless the mall's own does."""
    if work.is_alive():
        yield
        return
    command = [sys.executable, "-m", "infra", "work"]
    helper = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
    try:
        yield
    finally:
        helper.terminate()
        helper.wait(60)


def drain() -> None:
    """Do all work that is due, here and now; another worker may help."""
    worker.work_once(now=clock.now())


def _variants() -> dict[str, str]:
    """Return Saleor's variant id by listing slug."""
    found = {}
    for page in _pages():
        for card in page:
            detail = catalog_queries.detail(market="jp", language="ja", slug=card.slug)
            if detail is not None:
                found[card.slug] = detail.variants[0].id
    return found


def _pages() -> Iterable[Any]:
    number = 1
    while True:
        listed = catalog_queries.cards(market="jp", language="ja", sort="new", page=number)
        yield listed.cards
        if number >= listed.pages:
            return
        number += 1


def _sale(order: history.PastOrder, variants: dict[str, str]) -> past_sales.PastSale:
    country, postal_code, area, city, street = order.place
    return past_sales.PastSale(
        key=order.key,
        channel=order.market,
        sold_on=order.day,
        address=Address(
            country=country,
            postal_code=postal_code,
            country_area=area,
            city=city,
            street1=street,
            last_name="見本" if country == "JP" else "Sample",
            first_name="太郎" if country == "JP" else "Taro",
        ),
        lines=[past_sales.PastLine(variants[line.slug], line.quantity) for line in order.lines],
    )


def _until_confirmed(order_id: str) -> None:
    """Help the worker until an order was seen paid, checked and confirmed; rows are leased, so both share the work."""
    until, done = time.monotonic() + STUCK_AFTER_S, -1
    while not _is_decided(order_id):
        drain()
        time.sleep(0.02)
        if time.monotonic() <= until:
            continue
        until, before, done = time.monotonic() + STUCK_AFTER_S, done, job_queries.finished()
        if done == before:
            raise TimeoutError(
                f"the simulated order {order_id} was not confirmed: see the worker's log and parked jobs"
            )


def _is_decided(order_id: str) -> bool:
    return order_queries.order_state(order_id=order_id) not in (None, "paid")


def _send(order_id: str) -> None:
    """Let every merchant accept and send its part of a simulated order."""
    sums = order_queries.order_sums(order_id=order_id)
    for part in sums.parts:
        if part.state in ("new", "accepted"):
            orders.ship_parcel(
                order_id=order_id,
                merchant_id=part.merchant_id,
                carrier="ヤマト運輸",
                tracking_number=f"SIM{part.number}{part.merchant_id}",
                actor=people.ACTOR,
            )


def _refund(order: history.PastOrder, order_id: str) -> None:
    """Pay back the lines of a simulated order that came back."""
    returned = {line.slug: line for line in order.lines if line.refunded_on is not None}
    if not returned:
        return
    for part in order_queries.order_sums(order_id=order_id).parts:
        for line in part.lines:
            past = returned.get(line.sku)
            if past is not None and not line.refunded_quantity:
                orders.refund_lines(
                    order_id=order_id,
                    merchant_id=part.merchant_id,
                    quantities={line.id: line.quantity},
                    reason="返品（シミュレーション） / returned (simulated)",
                    key=f"history:{order.key}:{line.sku}",
                    actor=people.ACTOR,
                    on_date=past.refunded_on,
                )


def _state_file() -> Path:
    return Path(settings.MALL_DATA) / "demo.json"


def _state() -> dict[str, Any]:
    file = _state_file()
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def _save(state: dict[str, Any]) -> None:
    file = _state_file()
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
    unfinished.replace(file)
