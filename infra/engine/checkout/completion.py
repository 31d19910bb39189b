"""From a checkout to an order, once.

The checkout row is the lock and the proof: it disappears in the transaction that writes the order, and the order keeps
its id under a unique key. Apps are asked before that transaction opens, never inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra.engine.checkout import delivery, lock_objects
from infra.engine.checkout.collection import check_point
from infra.engine.checkout.lines import variant_title
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.ordering import write_order
from infra.engine.checkout.payment import authorize_status_of, transactions_of
from infra.engine.checkout.pricing import PricedCheckout, is_sold, price_checkouts
from infra.engine.checkout.settling import customer_email, settle_gift
from infra.engine.checkout.tax_apps import TaxesNotAsked, settle_taxes
from infra.engine.discounts.voucher_usage import count_use
from infra.engine.discounts.vouchers import NotApplicable
from infra.engine.giftcards.actions import LockedCards, check_attached, lock_attached
from infra.engine.orders.models import Order
from infra.engine.payments.gift_cards import funded
from infra.engine.payments.models import TransactionItem
from infra.engine.prepared import PreparedRows
from infra.engine.products.models import ProductVariant
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.types import InsufficientStock

NOT_VALID = "Delivery method is not valid for your shipping address"
#: how often a checkout that changes while its apps are asked is looked at anew
MOST_TURNS = 5


class _MovedError(Exception):
    """The checkout has changed since its apps were asked for deliveries."""


def complete_checkout(
    *,
    checkout_id: UUID,
    requestor: Requestor,
    metadata: dict[str, str] | None = None,
    redirect_url: str | None = None,
) -> Order:
    """Make the checkout's order and return it; a checkout already completed gives the order it became.

    `metadata` is added to the checkout's. Raises UserErrors with the codes of `checkoutComplete` (NOT_FOUND,
    EMAIL_NOT_SET, NO_LINES, UNAVAILABLE_VARIANT_IN_CHANNEL, SHIPPING_METHOD_NOT_SET, INVALID_SHIPPING_METHOD,
    SHIPPING_ADDRESS_NOT_SET, BILLING_ADDRESS_NOT_SET, CHECKOUT_NOT_FULLY_PAID, VOUCHER_NOT_APPLICABLE,
    GIFT_CARD_NOT_APPLICABLE, INSUFFICIENT_STOCK); then nothing was stored and no use of a voucher was counted.
    """
    return _make_order(checkout_id, requestor, OrderAsked(metadata or {}, redirect_url=redirect_url))


def create_order(
    *,
    checkout_id: UUID,
    requestor: Requestor,
    metadata: dict[str, str],
    private_metadata: dict[str, str],
    delete: bool,
) -> Order:
    """Make an order of the checkout, paid or not; `delete` false leaves the checkout open, without its payments.

    Raises UserErrors with the codes of `orderCreateFromCheckout`, as `complete_checkout` does with its own.
    """
    asked = OrderAsked(metadata, private_metadata, must_be_paid=False, delete=delete)
    return _make_order(checkout_id, requestor, asked)


@dataclass(frozen=True, slots=True)
class OrderAsked:
    """What an order is to be like: metadata added to the checkout's, whether it must be paid, what is left of it."""

    metadata: dict[str, str]
    private_metadata: dict[str, str] = field(default_factory=dict)
    redirect_url: str | None = None
    must_be_paid: bool = True
    delete: bool = True


def _make_order(checkout_id: UUID, requestor: Requestor, asked: OrderAsked) -> Order:
    for _ in range(MOST_TURNS):
        was_active = _refresh_delivery(checkout_id)
        try:
            try:
                return _complete(checkout_id, requestor, asked, was_active=was_active, is_taxed=False)
            except TaxesNotAsked:
                _ask_for_taxes(checkout_id)
                return _complete(checkout_id, requestor, asked, was_active=was_active, is_taxed=True)
        except _MovedError:
            continue
        except InsufficientStock as short:
            raise _stock_error(short) from None
    raise refuse("shippingMethod", NOT_VALID, "INVALID_SHIPPING_METHOD")


def _complete(checkout_id: UUID, requestor: Requestor, asked: OrderAsked, *, was_active: bool, is_taxed: bool) -> Order:
    with transaction.atomic("engine"):
        checkout = lock_objects.checkout(checkout_id)
        if checkout is None:
            return _order_of(checkout_id)
        _give(checkout)
        transactions = transactions_of(checkout)
        paying = [row.gift_card_id for row in transactions if row.gift_card_id is not None]
        cards = lock_attached(checkout=checkout, paying=paying)
        priced = price_checkouts([checkout])[checkout.pk]
        if was_active and checkout.assigned_delivery is not None:
            checkout.assigned_delivery.active = True
        if not is_taxed and (priced.tax_is_stale or priced.tax_error is not None):
            raise TaxesNotAsked
        if priced.is_shipping_required and _is_stale(checkout):
            raise _MovedError
        _check(priced, transactions if asked.must_be_paid else None, cards)
        count_voucher(checkout)
        checkout.metadata = {**checkout.metadata, **asked.metadata}
        checkout.private_metadata = {**checkout.private_metadata, **asked.private_metadata}
        checkout.redirect_url = asked.redirect_url or checkout.redirect_url
        return write_order(priced, transactions, requestor, delete=asked.delete)


def _is_stale(checkout: Checkout) -> bool:
    """Return whether the chosen delivery is not of the checkout as it is: it changed while its apps were asked."""
    until = checkout.deliveries_stale_at
    return checkout.assigned_delivery_id is not None and (until is None or until <= timezone.now())


def _give(checkout: Checkout) -> None:
    """Give the gift of an order promotion that began since the checkout was last changed. Needs its lock."""
    if checkout.voucher_code is None and checkout.has_order_rules:  # type: ignore[attr-defined]  # by the lock
        settle_gift(checkout)


def _ask_for_taxes(checkout_id: UUID) -> None:
    """Ask the tax app outside of any transaction: also when it gave no valid answer before, as the contract does.

    A gift is given first, and stays given whatever becomes of the order: the answer must be about it, too.
    """
    with transaction.atomic("engine"):
        checkout = lock_objects.checkout(checkout_id)
        if checkout is not None:
            _give(checkout)
    rows = Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk=checkout_id)
    settle_taxes(price_checkouts(rows).values(), again=True)


def _refresh_delivery(checkout_id: UUID) -> bool:
    """Ask the apps again, outside any transaction, when the chosen delivery may no longer hold.

    Returns whether it was asked and the choice was active before: then the contract lets this completion pass although
    an app has excluded the choice just now (recorded live: tests/contract, refusals/closed_complete). A choice that is
    no longer offered at all is refused.
    """
    seen = next(iter(_CHOSEN([checkout_id])), None)
    if seen is None or (seen[0] is not None and seen[0] > timezone.now()):
        return False
    chosen = Checkout.objects.filter(pk=checkout_id, assigned_delivery__isnull=False)
    checkout = chosen.select_related("channel", "assigned_delivery").first()
    if checkout is None:
        return False
    delivery.options(checkout)
    return bool(seen[1])


_CHOSEN = PreparedRows(
    Checkout._meta.pk,
    lambda pks: (
        Checkout.objects.order_by()
        .filter(pk__in=pks, assigned_delivery__isnull=False)
        .values_list("deliveries_stale_at", "assigned_delivery__active")
    ),
)


def _order_of(checkout_id: UUID) -> Order:
    order = Order.objects.select_related("channel").filter(checkout_token=checkout_id).first()
    if order is None:
        message = f"Couldn't resolve to a node: {to_global_id('Checkout', checkout_id)}"
        raise refuse("id", message, "NOT_FOUND")
    return order


def _check(priced: PricedCheckout, transactions: list[TransactionItem] | None, cards: LockedCards) -> None:
    """Raise UserErrors unless the checkout may become an order, in the contract's order of checks.

    `transactions` are what it must be paid with, None when it need not be paid.
    """
    checkout = priced.checkout
    if not checkout.email:
        raise refuse(None, "Checkout email must be set.", "EMAIL_NOT_SET")
    _check_lines(priced)
    if priced.is_shipping_required:
        _check_delivery(checkout)
    if not checkout.billing_address:
        raise refuse("billingAddress", "Billing address is not set", "BILLING_ADDRESS_NOT_SET")
    if priced.tax_error is not None or priced.tax_is_stale:
        raise refuse(None, "Configured Tax App returned invalid response.", "TAX_ERROR")
    if checkout.voucher_code is not None and (priced.voucher is None or priced.voucher.is_spent):
        raise refuse("voucherCode", "Voucher not applicable", "VOUCHER_NOT_APPLICABLE")
    if transactions is not None:
        _check_paid(priced, funded(transactions, cards.left_after(priced.full_total.gross.amount)))
    check_attached(checkout=checkout, cards=cards.put_on)
    if not checkout.channel.is_active:
        raise refuse("channel", "Cannot complete checkout with inactive channel.", "CHANNEL_INACTIVE")


def _check_paid(priced: PricedCheckout, transactions: list[TransactionItem]) -> None:
    unpaid_allowed = priced.checkout.channel.order_settings.get("allowUnpaidOrders", False)
    if authorize_status_of(priced, transactions) != "FULL" and not unpaid_allowed:
        if not transactions:
            message = "Provided payment methods can not cover the checkout's total amount"
            raise refuse(None, message, "CHECKOUT_NOT_FULLY_PAID")
        message = "The authorized amount doesn't cover the checkout's total amount."
        raise refuse("id", message, "CHECKOUT_NOT_FULLY_PAID")


def count_voucher(checkout: Checkout) -> None:
    """Count a use of the checkout's voucher, once per checkout. Needs its lock.

    Raises UserErrors(VOUCHER_NOT_APPLICABLE) when somebody else had the last one.
    """
    if checkout.voucher_code is None or checkout.is_voucher_usage_increased:
        return
    try:
        count_use(code=checkout.voucher_code, email=customer_email(checkout))
    except NotApplicable:
        raise refuse("voucherCode", "Voucher not applicable", "VOUCHER_NOT_APPLICABLE") from None
    checkout.is_voucher_usage_increased = True


def _check_lines(priced: PricedCheckout) -> None:
    now = timezone.now()
    unsold = [item.line for item in priced.lines if not is_sold(item.line, now)]
    if unsold:
        variants = [to_global_id("ProductVariant", line.variant_id) for line in unsold]
        message = "Some of the checkout lines variants are unavailable."
        raise refuse("lines", message, "UNAVAILABLE_VARIANT_IN_CHANNEL", variants=variants)
    if not priced.lines:
        raise refuse("lines", "Cannot complete checkout without lines.", "NO_LINES")


def _check_delivery(checkout: Checkout) -> None:
    if checkout.collection_point_id is not None:
        check_point(checkout)
        return
    chosen = checkout.assigned_delivery
    if chosen is None:
        raise refuse("shippingMethod", "Shipping method is not set", "SHIPPING_METHOD_NOT_SET")
    if not checkout.shipping_address:
        raise refuse("shippingAddress", "Shipping address is not set", "SHIPPING_ADDRESS_NOT_SET")
    if not chosen.active or not chosen.is_valid:
        raise refuse("shippingMethod", NOT_VALID, "INVALID_SHIPPING_METHOD")


def _stock_error(short: InsufficientStock) -> UserErrors:
    rows = ProductVariant.objects.filter(pk__in=[item.variant_id for item in short.shortages])
    variants = [to_global_id("ProductVariant", row.pk) for row in rows]
    message = f"Insufficient product stock: {', '.join(variant_title(row) for row in rows)}"
    return UserErrors([MutationError.of(None, message, "INSUFFICIENT_STOCK", variants=variants)])
