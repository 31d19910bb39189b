"""Every hook of the mall, in one file that a newcomer reads in five minutes.

Three call shapes. *Gather* (`register_…`, `check_…`, `contribute_…`): every active plugin is asked, in the order of
their ids, and all answers are joined. *First* (`quote_…`): the first answer that is not None wins. *Notify* (past
tense): one outbox row per receiver, written in the transaction of the change, run after commit, retried with backoff,
parked and shown when it keeps failing; a receiver may be called twice with the same argument and must not mind.
`run_schedule` alone is called straight by the worker.

A plugin module defines functions of these names and argument names, marked `@hookimpl`. A misspelt hook or argument
stops the start. Arguments are frozen; an implementation never changes what it is given, and never imports another
plugin. Gather and first hooks run inside a shopper's request: they must not call the network and must be quick; one
that raises is reported, and counts as "a problem that blocks" for `check_…`, as no answer for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pluggy

from plugins.api import pool
from plugins.api import types as t

PROJECT = "mall"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_quality_criteria(on_date: date) -> Sequence[t.Criterion]:
    """Gather. The questions of the shared standard in force on `on_date`.

    When: a listing's form is drawn and its publication checked. When not: for listings already live, until changed.
    Answer: criteria with stable codes. Forbidden: two criteria of one code on one day (stops the check).
    """


@hookspec
def register_markets() -> Sequence[t.Market]:
    """Gather. The markets beyond the home market `jp`, which the mall itself has.

    When: at start and at provisioning. Answer: one Saleor channel of the same code is provisioned for each.
    Forbidden: a code that is taken.
    """


@hookspec
def register_payment_methods(market: str) -> Sequence[t.PaymentMethod]:
    """Gather. The ways to pay in `market`, in the order they are offered.

    When: the payment page is drawn and a payment is started. Answer: methods; an empty answer offers nothing.
    Forbidden: methods that do not take the market's currency.
    """


@hookspec
def answer_payment(request: t.PaymentRequest) -> t.PaymentAnswer | None:
    """First. A payment session or request of the engine for the method `request.method`.

    When: the engine raises a transaction event of the App protocol. When not: for methods of other plugins (answer
    None). Answer: the result in Saleor's words; the same `idempotency_key` must give the same answer. An exception is
    a failed payment that the engine may ask again. Forbidden: keeping card numbers.
    """


@hookspec
def register_story_blocks() -> Sequence[t.StoryBlock]:
    """Gather. Kinds of blocks that stories may hold, beyond the story plugin's own. When: at start."""


@hookspec
def register_permissions() -> Sequence[t.Permission]:
    """Gather. Permissions that a plugin adds. When: at start. Forbidden: a code without the plugin's area."""


@hookspec
def register_kpis() -> Sequence[t.Kpi]:
    """Gather. Figures of the ward's plan. When: the ward desk's report is drawn. Answer: definitions, not values."""


@hookspec
def register_data_shredders() -> Sequence[t.DataShredder]:
    """Gather. How a plugin erases one person. When: an erasure is carried out. Must be there if `personal_data`."""


@hookspec
def check_listing(listing: t.Listing, on_date: date) -> Sequence[t.Problem]:
    """Gather. Whether a listing may be on sale on `on_date`.

    When: at the publish gate, and daily for everything live (an expired permit withdraws the listing everywhere).
    When not: for drafts that nobody publishes. Answer: problems; one that blocks keeps or takes the listing off sale.
    """


@hookspec
def check_export(listing: t.Listing, destination: t.Destination, on_date: date) -> Sequence[t.Problem]:
    """Gather. Whether a listing may be sent to a destination on `on_date`.

    When: on its page, in the cart, before payment, and again before the order is confirmed. Law follows the
    destination, not the market. Answer: problems with their source; no answer means nothing is known against it.
    """


@hookspec
def destination_status(country: str, market: str, on_date: date) -> t.DestinationStatus | None:
    """First. Whether a country is open from a market, and why not. When: addresses are chosen. None: not known here,
    which closes it (a destination without reviewed rules is closed, and says so)."""


@hookspec
def list_destinations(market: str, on_date: date) -> Sequence[t.DestinationStatus]:
    """Gather. The countries a market speaks of, open or closed. When: a shopper chooses the destination."""


@hookspec
def check_order(order: t.Order, on_date: date) -> Sequence[t.Problem]:
    """Gather. Whether a paid order may be confirmed.

    When: once, after payment and before confirmation. Answer: problems; one that blocks cancels the order, refunds it
    whole and tells the buyer its message.
    """


@hookspec
def quote_landed_cost(lines: Sequence[t.OrderLine], destination: t.Destination, on_date: date) -> t.LandedCost | None:
    """First. Duty and tax at the destination. When: an overseas cart is shown. None or total None: "not estimated"."""


@hookspec
def quote_delivery(
    parcels: Sequence[t.Parcel], destination: t.Destination, currency: str, on_date: date
) -> t.DeliveryQuote | None:
    """First. The delivery of one cart: one quote per parcel, in `currency`. None: this plugin does not deliver there.
    When: the engine asks for shipping methods. Forbidden: leaving out a parcel."""


@hookspec
def contribute_listing_panels(listing: t.Listing, market: str, language: str) -> Sequence[t.Panel]:
    """Gather. Parts of a product's page. When: its read model is computed, not per request. Answer: safe markup."""


@hookspec
def list_stories(market: str, language: str, merchant_id: str, limit: int) -> Sequence[t.StoryTeaser]:
    """Gather. The stories shown now in `language`, newest first, `limit` at most.

    When: the home page, a merchant's page and the list of stories are drawn. When not: for the panels of a product's
    page. Answer: of one merchant, or of all when `merchant_id` is "". Forbidden: one before its time or withdrawn.
    """


@hookspec
def get_story(slug: str, language: str) -> t.Story | None:
    """First. One story by its slug, in `language`.

    When: its page is drawn. Answer: None when there is none, it is not yet time, or it was withdrawn: all look the
    same. Forbidden: markup that the plugin has not made safe.
    """


@hookspec
def contribute_ward_panels(on_date: date) -> Sequence[t.Panel]:
    """Gather. Parts of the ward desk's first page. When: it is drawn."""


@hookspec
def merchant_joined(event: t.MerchantJoined) -> None:
    """Notify. A merchant became a member. When not: for invitations."""


@hookspec
def listing_published(event: t.ListingPublished) -> None:
    """Notify. A listing went on sale. When not: for a price or stock change of one already on sale."""


@hookspec
def listing_withdrawn(event: t.ListingWithdrawn) -> None:
    """Notify. A listing was taken off sale by its merchant, the ward or a check. When not: sold out."""


@hookspec
def order_paid(event: t.OrderPaid) -> None:
    """Notify. An order was paid in full and confirmed. When not: for orders that a check cancelled."""


@hookspec
def parcel_shipped(event: t.ParcelShipped) -> None:
    """Notify. A merchant handed a parcel to a carrier."""


@hookspec
def refund_made(event: t.RefundMade) -> None:
    """Notify. Money went back to the buyer for a merchant's part. When not: while the provider has not confirmed."""


@hookspec
def sale_recorded(fact: t.SaleFact) -> None:
    """Notify. A line was sold or refunded, stripped of persons. Called once per fact id and perhaps again: the
    receiver keeps the id and counts it once. When not: for orders cancelled before confirmation."""


@hookspec
def run_schedule(now: datetime, settled: bool, wait: bool) -> None:
    """Schedule. The plugin's own regular work, in the worker, outside any transaction; `now` is aware, in UTC.

    When: about once a minute for every active plugin, and once by `work --once`. When not: in a web process. A plugin
    that raises is reported and called again next time; the others run. `settled`: every sale up to `now` has been
    handed over (no `sale_recorded` waits, no sales history is being loaded); figures that are frozen wait for it.
    `wait`: the caller runs once and wants what is due finished before the call returns; otherwise the call must be
    quick, and long work belongs in a process of the plugin's own, looked after at the next call.
    """


@hookspec
def pool_answer(question: pool.PoolQuestion) -> pool.PoolTable | pool.PoolRefusal | None:
    """First. The answer of the sales pool to one question of its closed set.

    When: a page of the pool is drawn or downloaded. Answer: a table in which every cell is published or hidden with
    its reason, or a typed refusal of a question outside the set. None: no pool is active. Forbidden: reading facts;
    an answer is made of published cells alone, so that asking often, or under many names, tells nothing more.
    """


@hookspec
def pool_cells(measure: str, grain: str) -> Sequence[pool.PoolCell] | None:
    """First. Every published or hidden cell of one measure at one grain, for the download.

    When: a file is asked for. Answer: cells in the order of time, category and area, none when nothing is published
    yet; None for a measure or a grain that is not in the closed set. Forbidden: what `pool_answer` would not tell.
    """


@hookspec
def load_demo(merchants: Mapping[str, str]) -> Sequence[str]:
    """Gather. Puts a plugin's own demonstration data in place.

    Arguments: `merchants`, the demo merchants' ids by their codes. When: once while `./mall up` loads the demo ward,
    after its listings. When not: on a mall with real data. Answer: a line per thing loaded, for the log. Forbidden:
    doing anything twice when called again, or touching what is not demonstration data.
    """


@hookspec
def pool_sums(market: str) -> Mapping[str, t.Money] | None:
    """First. What the facts kept of one market sum to, by kind ("sale", "refund"), in its currency.

    When: proofs compare orders, ledger and pool. When not: for pages, which read published cells alone. Answer: sums
    over all days; a kind without facts is left out. Forbidden: sums of less than a whole market.
    """
