"""Reads of orders. What belongs to a merchant is read inside its scope only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from django.db.models import QuerySet, Sum

from marketplace.kernel import clock
from marketplace.kernel.jobs.queries import parked
from marketplace.kernel.scope import all_merchants, merchant_scope
from marketplace.orders import models
from marketplace.orders.reading import amount_of, names_of, part_view, refund_view, with_all
from marketplace.orders.types import (
    BuyerOrder,
    DayFigures,
    MerchantPart,
    OrderMissing,
    OrderState,
    OrderSums,
    PartView,
    ProblemView,
    RefundView,
    ShippingAddress,
    Step,
)
from plugins.api.money import Money

WAITING = (models.MerchantOrder.State.NEW, models.MerchantOrder.State.ACCEPTED)
CONFIRMED = models.OrderRecord.State.CONFIRMED
AT_ONCE = 200
"""Orders read whole in one go, so that memory does not grow with the mall."""


def order_for_buyer(*, token: str) -> BuyerOrder:
    """Return what a buyer reads under the order's link. Raises `OrderMissing` for a token that is none."""
    record = models.OrderRecord.objects.filter(link__token=token).select_related("link").first()
    if record is None:
        raise OrderMissing("no such order")
    with all_merchants("a buyer reads the whole order"):
        parts = list(with_all(models.MerchantOrder.objects.filter(order=record).order_by("position")))
        names = names_of(parts)
        views = tuple(part_view(part, names) for part in parts)
    refunds = tuple(refund for part in views for refund in part.refunds)
    made = [each.amount.amount for each in refunds if each.state == "made"]
    return BuyerOrder(
        order_id=record.order_id,
        number=record.number,
        market=record.market,
        language=record.language,
        state=cast(OrderState, record.state),
        placed_at=record.placed_at,
        total=amount_of(record.total, record),
        shipping=amount_of(record.shipping, record),
        refunded=Money(sum(made, Decimal(0)), record.currency),
        parts=views,
        refunds=refunds,
        cancel_reasons=tuple(record.cancel_reasons),
        steps=_steps(record, [part.shipped_at for part in parts if part.state != "refused"]),
        token=record.link.token,
    )


def link_token(*, order_id: str) -> str | None:
    """Return the token of an order's link, or None while the order is not seen paid."""
    return models.BuyerLink.objects.filter(order__order_id=order_id).values_list("token", flat=True).first()


def merchant_orders(
    *, merchant_id: str, states: Iterable[str] | None = None, limit: int = 100, offset: int = 0
) -> list[MerchantPart]:
    """Return a merchant's parts of confirmed orders, newest first, in the given states or all; constant statements."""
    with merchant_scope(merchant_id):
        rows = _confirmed_parts(states).order_by("-order__placed_at", "-pk")
        parts = list(with_all(rows[offset : offset + limit]))
        names = names_of(parts)
        return [_merchant_part(part, names) for part in parts]


def count_merchant_orders(*, merchant_id: str, states: Iterable[str] | None = None) -> int:
    """Return how many parts `merchant_orders` would give without a limit."""
    with merchant_scope(merchant_id):
        return _confirmed_parts(states).count()


def merchant_order(*, merchant_id: str, number: str) -> MerchantPart:
    """Return a merchant's part of one confirmed order. Raises `OrderMissing`, also for another merchant's.

    Merchants name orders by their number: Saleor shows the whole order to anybody who has its id.
    """
    with merchant_scope(merchant_id):
        rows = models.MerchantOrder.objects.filter(order__number=number, order__confirmed_at__isnull=False)
        part = with_all(rows.order_by("-pk")).first()
        if part is None:
            raise OrderMissing(number)
        return _merchant_part(part, names_of([part]))


def order_sums(*, order_id: str) -> OrderSums:
    """Return an order's money with all its parts, for the ledger. Raises `OrderMissing`."""
    record = models.OrderRecord.objects.filter(order_id=order_id).first()
    if record is None:
        raise OrderMissing(order_id)
    with all_merchants("the ledger holds the whole order"):
        parts = list(with_all(models.MerchantOrder.objects.filter(order=record).order_by("position")))
        names = names_of(parts)
        return _sums(record, tuple(part_view(part, names) for part in parts))


def order_state(*, order_id: str) -> OrderState | None:
    """Return how far an order is, or None while the mall has not brought it in; one statement."""
    found = models.OrderRecord.objects.filter(order_id=order_id).values_list("state", flat=True).first()
    return cast(OrderState, found) if found else None


def list_order_sums(*, market: str | None = None) -> Iterable[OrderSums]:
    """Return every order the mall has, oldest first, for proofs of the ledger and the pool."""
    rows = models.OrderRecord.objects.order_by("pk")
    if market is not None:
        rows = rows.filter(market=market)
    last = 0
    while records := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield from _whole(records)
        last = records[-1].pk


def unfinished(*, order_ids: Collection[str]) -> list[str]:
    """Return those of the orders that the mall has not, has not decided on, or has refunds of that are not yet made."""
    rows = models.OrderRecord.objects.filter(state__in=(CONFIRMED, models.OrderRecord.State.CANCELLED))
    decided = set(rows.values_list("order_id", flat=True))
    with all_merchants("whether refunds were made is asked of whole orders"):
        asked = models.Refund.objects.filter(state=models.Refund.State.ASKED)
        open_refunds = set(asked.values_list("part__order__order_id", flat=True))
    return [each for each in order_ids if each not in decided or each in open_refunds]


def refund(*, key: str) -> RefundView:
    """Return one refund by its key, for the ledger. Raises `OrderMissing`."""
    with all_merchants("the ledger reads a refund by its key"):
        row = models.Refund.objects.filter(key=key).select_related("part__order").first()
        if row is None:
            raise OrderMissing(key)
        return refund_view(row, row.part)


def order_of_refund(*, key: str) -> str:
    """Return the order id of a refund. Raises `OrderMissing`."""
    with all_merchants("the ledger reads a refund by its key"):
        found = models.Refund.objects.filter(key=key).values_list("part__order__order_id", flat=True).first()
    if found is None:
        raise OrderMissing(key)
    return found


def day_figures(*, day: date, now: datetime | None = None) -> DayFigures:
    """Return the ward's four figures of a day in Japan.

    Orders and yen: confirmed orders sold that day, before refunds, simulated ones included. Parcels waiting: parts
    confirmed more than a day before `now` that nobody sent or refused. Problems: open ones, and work that was parked.
    """
    moment = now or clock.now()
    sold = models.OrderRecord.objects.filter(day_sold=day, state=CONFIRMED)
    with all_merchants("the ward counts waiting parcels"):
        waiting = models.MerchantOrder.objects.filter(
            order__confirmed_at__lt=moment - timedelta(days=1), order__is_simulated=False, state__in=WAITING
        ).count()
    return DayFigures(
        day=day,
        orders=sold.count(),
        yen=sold.aggregate(sum=Sum("yen_total"))["sum"] or 0,
        parcels_waiting=waiting,
        open_problems=models.OrderProblem.objects.filter(closed_at__isnull=True).count() + len(parked()),
    )


def waiting_parcels(*, now: datetime | None = None) -> list[MerchantPart]:
    """Return the parts behind the figure of parcels waiting over a day, longest first."""
    moment = now or clock.now()
    with all_merchants("the ward reads waiting parcels"):
        rows = models.MerchantOrder.objects.filter(
            order__confirmed_at__lt=moment - timedelta(days=1), order__is_simulated=False, state__in=WAITING
        )
        parts = list(with_all(rows.order_by("order__confirmed_at", "pk")))
        names = names_of(parts)
        return [_merchant_part(part, names) for part in parts]


def orders_of_day(*, day: date, limit: int = 100, offset: int = 0) -> list[OrderSums]:
    """Return the orders behind the day's figures, newest first; constant statements."""
    rows = models.OrderRecord.objects.filter(day_sold=day, state=CONFIRMED).order_by("-pk")
    return _whole(list(rows[offset : offset + limit]))


def open_problems() -> list[ProblemView]:
    """Return what a person should look at, oldest first."""
    rows = models.OrderProblem.objects.filter(closed_at__isnull=True).order_by("opened_at", "pk")
    return [ProblemView(row.pk, row.order_id, row.number, row.code, row.detail, row.opened_at) for row in rows]


def _confirmed_parts(states: Iterable[str] | None) -> QuerySet[models.MerchantOrder]:
    rows = models.MerchantOrder.objects.filter(order__confirmed_at__isnull=False)
    return rows if states is None else rows.filter(state__in=list(states))


def _whole(records: Sequence[models.OrderRecord]) -> list[OrderSums]:
    """Return orders with all their parts, in a constant number of statements."""
    with all_merchants("the ward and the ledger read whole orders"):
        parts = list(with_all(models.MerchantOrder.objects.filter(order__in=records).order_by("position")))
        names = names_of(parts)
        views: dict[int, list[PartView]] = {}
        for part in parts:
            views.setdefault(part.order_id, []).append(part_view(part, names))
    return [_sums(record, tuple(views.get(record.pk, ()))) for record in records]


def _steps(record: models.OrderRecord, shipped: list[datetime | None]) -> tuple[Step, ...]:
    steps = [Step("placed", record.placed_at), Step("paid", record.paid_at)]
    if record.cancelled_at or record.state in ("cancelling", "cancelled"):
        return (*steps, Step("cancelled", record.cancelled_at))
    done = [moment for moment in shipped if moment is not None]
    all_shipped = max(done) if done and len(done) == len(shipped) else None
    return (*steps, Step("confirmed", record.confirmed_at), Step("shipped", all_shipped))


def _sums(record: models.OrderRecord, parts: tuple) -> OrderSums:
    return OrderSums(
        order_id=record.order_id,
        number=record.number,
        market=record.market,
        state=cast(OrderState, record.state),
        day_sold=record.day_sold,
        total=amount_of(record.total, record),
        yen_total=record.yen_total,
        yen_rate=record.yen_rate,
        is_simulated=record.is_simulated,
        parts=parts,
    )


def _merchant_part(part: models.MerchantOrder, names: dict) -> MerchantPart:
    record = part.order
    empty = ("name", "company", "postal_code", "country", "area", "city", "street", "phone")
    address = ShippingAddress(**{key: record.address.get(key, "") for key in empty})
    return MerchantPart(
        part_view(part, names), address, record.language, record.market, record.is_simulated, record.day_sold
    )
