"""What time alone does to a shop: unpaid orders expire, expired ones and forgotten baskets are deleted.

    run_due(now)        # all of it, at most once a minute
    work(now, limit)    # that, and the deliveries that are due: what the worker process calls

The figures are the contract's: an order's are its channel's settings, a basket's are constants of the contract's
reference (Saleor 3.24, settings ANONYMOUS_CHECKOUTS_TIMEDELTA and its neighbours, read 2026-11-22).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from infra.engine.checkout import completion
from infra.engine.checkout import lock_objects as checkout_locks
from infra.engine.checkout.models import Checkout, CheckoutDelivery, CheckoutLine
from infra.engine.checkout.payment import authorize_status_of
from infra.engine.checkout.pricing import PricedCheckout, price_checkouts
from infra.engine.deliveries.worker import run_due as send_due
from infra.engine.giftcards.actions import forget_checkouts
from infra.engine.orders import lock_objects as order_locks
from infra.engine.orders.history import record
from infra.engine.orders.models import HandPayment, Order, OrderLine
from infra.engine.orders.vouchers import customer_email, free_use
from infra.engine.payments.models import TransactionItem
from infra.engine.products.models import Channel
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from infra.engine.settled import kept
from infra.engine.warehouses.actions import release
from infra.engine.warehouses.lock_objects import lock

logger = logging.getLogger(__name__)
#: most rows of one kind in one run; the next run goes on
BATCH = 200
PAUSE = timedelta(minutes=1)
NOBODYS_CHECKOUT_TTL = timedelta(days=30)
SOMEBODYS_CHECKOUT_TTL = timedelta(days=90)
EMPTY_CHECKOUT_TTL = timedelta(hours=6)
#: baskets older than this are not completed for anybody any more
COMPLETION_OLDEST = timedelta(days=30)
COMPLETION_RETRY = timedelta(minutes=5)
#: when this process last did all of it, and which paid baskets it could not complete since when
_last: list[datetime] = []
_tried: dict[Any, datetime] = {}


def run_due(now: datetime) -> int:
    """Do what is due at `now` unless this process did less than a minute ago; return how many rows it changed.

    What fails is written to the log and tried again a minute later; it keeps nothing else from being done.
    """
    if _last and _last[0] <= now < _last[0] + PAUSE:
        return 0
    _last[:] = [now]
    tasks = (expire_orders, delete_expired_orders, delete_expired_checkouts, complete_paid, forget_old_marks)
    return sum(_attempt(task, now) for task in tasks)


def _attempt(task: Callable[[datetime], int], now: datetime) -> int:
    try:
        return task(now)
    except OperationalError:  # the database itself: whoever called says so, and waits
        raise
    except Exception:
        logger.exception("%s failed", task.__name__)
        return 0


def work(now: datetime, limit: int) -> int:
    """Send up to `limit` deliveries that are due at `now`, after ending what time ends; return how many were tried.

    What time ends goes by the real time, which rows were written at, whatever `now` is.
    """
    run_due(datetime.now(UTC))
    return send_due(now, limit)


def forget_old_marks(now: datetime) -> int:
    """Delete what told of old changes of settings; return how many rows."""
    return kept.forget_old_marks()


def expire_orders(now: datetime) -> int:
    """Expire UNCONFIRMED orders nobody began to pay, older than their channel's expireOrdersAfter (minutes).

    Their stock and the use of their voucher are free again, and ORDER_EXPIRED and ORDER_UPDATED are told. A channel
    without the setting (or 0) expires nothing. Returns how many expired.
    """
    done = 0
    for channel in Channel.objects.all():
        minutes = channel.order_settings.get("expireOrdersAfter")
        if not minutes:
            continue
        oldest = now - timedelta(minutes=minutes)
        rows = _unpaid(Order.objects.filter(channel=channel, status="UNCONFIRMED", created_at__lte=oldest))
        for pk in rows.order_by("created_at").values_list("pk", flat=True)[:BATCH]:
            done += _expire(pk, now)
    return done


def _unpaid(rows: QuerySet[Order]) -> QuerySet[Order]:
    by_hand = Exists(HandPayment.objects.filter(order_id=OuterRef("pk")))
    return rows.filter(~Exists(TransactionItem.objects.filter(order_id=OuterRef("pk"))), ~by_hand)


def _expire(pk: Any, now: datetime) -> bool:
    from infra.engine.deliveries import emit

    with transaction.atomic("engine"):
        order = order_locks.order(pk)
        if order.status != "UNCONFIRMED" or not _unpaid(Order.objects.filter(pk=pk)).exists():
            return False
        order.status, order.expired_at = "EXPIRED", now
        order.save(update_fields=["status", "expired_at", "updated_at"])
        free_use(order.voucher_code, email=customer_email(order))  # the voucher before stock, as completion locks them
        release(line_ids=list(OrderLine.objects.filter(order=order).values_list("pk", flat=True)))
        record(order, "EXPIRED")
        emit(event="ORDER_EXPIRED", obj=order)
        emit(event="ORDER_UPDATED", obj=order)
    return True


def delete_expired_orders(now: datetime) -> int:
    """Delete orders that have been EXPIRED longer than their channel's deleteExpiredOrdersAfter (days), unpaid ones.

    0 days keeps them for ever. Returns how many were deleted.
    """
    done = 0
    for channel in Channel.objects.all():
        days = channel.order_settings.get("deleteExpiredOrdersAfter")
        if not days:
            continue
        oldest = now - timedelta(days=days)
        rows = _unpaid(Order.objects.filter(channel=channel, status="EXPIRED", expired_at__lte=oldest))
        pks = list(rows.values_list("pk", flat=True)[:BATCH])
        if pks:
            with transaction.atomic("engine"):
                list(lock(Order.objects.filter(pk__in=pks).order_by("pk")).values_list("pk"))
                deleted = _unpaid(Order.objects.filter(pk__in=pks, status="EXPIRED")).delete()[1]
            done += deleted.get(Order._meta.label, 0)
    return done


def delete_expired_checkouts(now: datetime) -> int:
    """Delete baskets nobody has touched: empty ones after 6 hours, nobody's after 30 days, somebody's after 90.

    Somebody's is one with an e-mail address or a customer. One with money on it, also money still on its way, is kept.
    Returns how many were deleted.
    """
    nobodys = Q(email=None, user=None)
    forgotten = Q(updated_at__lt=now - NOBODYS_CHECKOUT_TTL) & nobodys
    forgotten |= Q(updated_at__lt=now - SOMEBODYS_CHECKOUT_TTL) & ~nobodys
    empty = ~Exists(CheckoutLine.objects.filter(checkout_id=OuterRef("pk")))
    forgotten |= Q(updated_at__lt=now - EMPTY_CHECKOUT_TTL) & Q(empty)
    rows = Checkout.objects.filter(forgotten).exclude(Exists(_with_money()))
    pks = list(rows.order_by("updated_at").values_list("pk", flat=True)[:BATCH])
    return sum(_delete_checkout(pk, rows) for pk in pks)


def _with_money() -> QuerySet[TransactionItem]:
    names = ("authorized", "authorize_pending", "charged", "charge_pending", "refund_pending", "cancel_pending")
    some = Q()
    for name in names:
        some |= Q(**{f"{name}_value__gt": 0})
    return TransactionItem.objects.filter(some, checkout_id=OuterRef("pk"))


def _delete_checkout(pk: Any, forgotten: QuerySet[Checkout]) -> bool:
    """Delete a basket unless it came to life, or to money, before it could be locked."""
    with transaction.atomic("engine"):
        if checkout_locks.checkout(pk) is None or not forgotten.filter(pk=pk).exists():
            return False
        forget_checkouts([pk])
        TransactionItem.objects.filter(checkout_id=pk).update(checkout=None)
        CheckoutLine.objects.filter(checkout_id=pk).delete()
        CheckoutDelivery.objects.filter(checkout_id=pk).delete()
        Checkout.objects.filter(pk=pk).delete()
    return True


def complete_paid(now: datetime) -> int:
    """Complete baskets that are paid in full, in channels with automaticallyCompleteFullyPaidCheckouts.

    automaticCompletionDelay (minutes since the last change) and automaticCompletionCutOffDate (of the basket's
    creation) of the channel hold. What costs nothing is left to its buyer. One that cannot be completed is tried again
    after five minutes, until it has not been touched for 30 days. Returns how many became orders.
    """
    for key in [key for key, tried in _tried.items() if not tried <= now < tried + COMPLETION_RETRY]:
        del _tried[key]
    done = 0
    for channel in Channel.objects.filter(is_active=True):
        if channel.checkout_settings.get("automaticallyCompleteFullyPaidCheckouts"):
            done += sum(_complete(checkout, now) for checkout in _paid_checkouts(channel, now))
    return done


def _paid_checkouts(channel: Channel, now: datetime) -> list[Checkout]:
    settings = channel.checkout_settings
    last = now - timedelta(minutes=float(settings.get("automaticCompletionDelay") or 0))
    rows = Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(
        channel=channel,
        updated_at__gte=now - COMPLETION_OLDEST,
        updated_at__lte=last,
        billing_address__isnull=False,
    )
    if settings.get("automaticCompletionCutOffDate"):
        rows = rows.filter(created_at__gte=settings["automaticCompletionCutOffDate"])
    found = list(rows.filter(Exists(_with_money())).exclude(pk__in=list(_tried)).order_by("updated_at")[:BATCH])
    prices = price_checkouts(found)
    return [row for row in found if _is_paid(prices[row.pk])]


def _is_paid(priced: PricedCheckout) -> bool:
    rows = TransactionItem.objects.filter(checkout=priced.checkout)
    return priced.total.gross.amount > 0 and authorize_status_of(priced, rows) == "FULL"


def _complete(checkout: Checkout, now: datetime) -> bool:
    try:
        completion.complete_checkout(checkout_id=checkout.pk, requestor=ANONYMOUS)
    except UserErrors as refused:
        _tried[checkout.pk] = now
        logger.warning("checkout %s is paid and cannot be completed: %s", checkout.pk, refused)
        return False
    except Exception:  # what one basket breaks on must not hold up the others; it is tried again, and told each time
        _tried[checkout.pk] = now
        logger.exception("checkout %s is paid and could not be completed", checkout.pk)
        return False
    return True
