"""Checkout, CheckoutLine and their problems."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.payment import authorize_status_of, charge_status_of, paid_amounts
from infra.engine.checkout.pricing import PricedLine, is_sold
from infra.engine.checkout.reservations import selling_for
from infra.engine.checkout.resolvers import loads
from infra.engine.deliveries import declare_event
from infra.engine.money import Money
from infra.engine.orders.queries import metadata_condition
from infra.engine.products.loading import in_channel
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import asked_uuid, bind_ids, int_pk, to_global_id
from infra.engine.schema.metadata import ANYBODY, register_metadata
from infra.engine.warehouses.queries import available_by_variant, available_by_variant_and_channel

HANDLERS = ("MANAGE_CHECKOUTS", "HANDLE_CHECKOUTS")
bind_ids(Checkout="Checkout")
METADATA = ("MANAGE_CHECKOUTS", "HANDLE_TAXES")
register_metadata("Checkout", Checkout, public=ANYBODY, private=METADATA, uuid=True, event="CHECKOUT_METADATA_UPDATED")
register_metadata("CheckoutLine", CheckoutLine, public=ANYBODY, private=METADATA, uuid=True)
name_type(PricedLine, "CheckoutLine")
declare("Checkout", "updatedAt channel billingAddress shippingAddress customerNote languageCode")
declare("CheckoutLineProblemInsufficientStock", "availableQuantity line variant")
declare("CheckoutLineProblemVariantNotAvailable", "line")
declare("CheckoutProblemDeliveryMethodStale", "delivery")
declare("CheckoutProblemDeliveryMethodInvalid", "delivery")
declare("CheckoutFilterInput", "customer channels metadata")
for _event in ("CHECKOUT_CREATED", "CHECKOUT_UPDATED", "CHECKOUT_FULLY_PAID", "CHECKOUT_METADATA_UPDATED"):
    declare_event(_event, "checkout")


@root("Query", "checkout")
def checkout(context: Context, args: dict[str, Any]) -> Any:
    found = loads.find(args.get("token") or asked_uuid(args.get("id") or "", "Checkout"))
    allowed = ("MANAGE_CHECKOUTS", "IMPERSONATE_USER", "HANDLE_PAYMENTS")
    if found is not None and not found.channel.is_active and not context.requestor.has_perm(*allowed):
        raise PermissionDenied(allowed)
    return found


@root("Query", "checkouts", args="filter channel before after first last")
@requires("MANAGE_CHECKOUTS", "HANDLE_PAYMENTS")
def checkouts(context: Context, args: dict[str, Any]) -> Any:
    rows = Checkout.objects.select_related("channel", "assigned_delivery", "user")
    said = args.get("filter") or {}
    if args.get("channel"):
        rows = rows.filter(channel__slug=args["channel"])
    if said.get("channels") is not None:
        rows = rows.filter(channel_id__in=[int_pk(gid, "Channel") for gid in said["channels"]])
    if said.get("customer"):
        rows = rows.filter(email__iexact=said["customer"].strip())
    for pair in said.get("metadata") or []:
        value = {"eq": pair["value"]} if pair.get("value") is not None else None
        rows = rows.filter(metadata_condition({"key": pair["key"], "value": value}))
    return connect(rows, args, order=("-updated_at", "pk"))


@field("Checkout", "token")
def checkout_token(batch: Batch) -> list[Any]:
    return [checkout.pk for checkout in batch.parents]


@field("Checkout", "created")
def checkout_created(batch: Batch) -> list[Any]:
    return [checkout.created_at for checkout in batch.parents]


@field("Checkout", "user")
def checkout_user(batch: Batch) -> list[Any]:
    allowed = ("MANAGE_USERS", "HANDLE_PAYMENTS", "HANDLE_TAXES")

    def shown(checkout: Checkout) -> Any:
        if checkout.user_id is None:
            return None
        if loads.may_see_user(batch.context, checkout.user, *allowed):
            return checkout.user
        return PermissionDenied(("OWNER", *allowed))

    return [shown(checkout) for checkout in batch.parents]


@field("Checkout", "email")
def checkout_email(batch: Batch) -> list[Any]:
    return [row.email or (row.user.email if row.user_id else None) for row in batch.parents]


@field("Checkout", "lines")
def checkout_lines(batch: Batch) -> list[Any]:
    items = loads.priced(batch.parents)
    for item in items:
        for priced in item.lines:
            in_channel(priced.line.variant, item.checkout.channel.slug)
    return [item.lines for item in items]


@field("Checkout", "quantity")
def checkout_quantity(batch: Batch) -> list[Any]:
    return [sum(line.line.quantity for line in item.lines) for item in loads.priced(batch.parents)]


@field("Checkout", "isShippingRequired")
def is_shipping_required(batch: Batch) -> list[Any]:
    return [item.is_shipping_required for item in loads.priced(batch.parents)]


@field("Checkout", "subtotalPrice")
def subtotal_price(batch: Batch) -> list[Any]:
    return [item.subtotal for item in loads.priced(batch.parents)]


@field("Checkout", "shippingPrice")
def shipping_price(batch: Batch) -> list[Any]:
    return [item.shipping for item in loads.priced(batch.parents)]


@field("Checkout", "totalPrice")
def total_price(batch: Batch) -> list[Any]:
    return [item.total for item in loads.priced(batch.parents)]


@field("Checkout", "displayGrossPrices")
def display_gross_prices(batch: Batch) -> list[Any]:
    return [item.taxes.display_gross for item in loads.priced(batch.parents)]


@field("Checkout", "totalBalance")
def total_balance(batch: Batch) -> list[Any]:
    pairs = zip(loads.priced(batch.parents), loads.transactions(batch.parents), strict=True)
    return [Money(paid_amounts(rows)[1] - item.total.gross.amount, item.checkout.currency) for item, rows in pairs]


@field("Checkout", "chargeStatus")
def charge_status(batch: Batch) -> list[Any]:
    pairs = zip(loads.priced(batch.parents), loads.transactions(batch.parents), strict=True)
    return [charge_status_of(item, rows) for item, rows in pairs]


@field("Checkout", "authorizeStatus")
def authorize_status(batch: Batch) -> list[Any]:
    pairs = zip(loads.priced(batch.parents), loads.transactions(batch.parents), strict=True)
    return [authorize_status_of(item, rows) for item, rows in pairs]


@field("Checkout", "transactions")
def checkout_transactions(batch: Batch) -> list[Any]:
    if not batch.context.requestor.has_perm("MANAGE_CHECKOUTS", "HANDLE_PAYMENTS"):
        raise PermissionDenied(("MANAGE_CHECKOUTS", "HANDLE_PAYMENTS"))
    return list(loads.transactions(batch.parents))


@field("Checkout", "problems")
def checkout_problems(batch: Batch) -> list[Any]:
    items = loads.priced(batch.parents)
    found = _line_problems([(item.checkout, line) for item in items for line in item.lines], batch.context)
    return [
        [problem for line in item.lines for problem in found[line.line.pk]] + _delivery_problems(item.checkout, batch)
        for item in items
    ]


def _delivery_problems(checkout: Checkout, batch: Batch) -> list[Any]:
    chosen, problems = checkout.assigned_delivery, []
    if chosen is None:
        return []
    if checkout.deliveries_stale_at is not None and checkout.deliveries_stale_at <= timezone.now():
        problems.append({"__typename": "CheckoutProblemDeliveryMethodStale", "delivery": chosen})
    if not chosen.is_valid or not chosen.active:
        problems.append({"__typename": "CheckoutProblemDeliveryMethodInvalid", "delivery": chosen})
    return problems


def _left_for(checkout: Checkout, pairs: list[tuple[Checkout, PricedLine]]) -> dict[int, int]:
    """Return what is left of each variant for a checkout that more than its channel's warehouses decide about."""
    ids = {priced.line.variant_id for each, priced in pairs if each.pk == checkout.pk}
    return available_by_variant(variant_ids=ids, channel_id=checkout.channel_id, selling=selling_for(checkout))


def _line_problems(pairs: list[tuple[Checkout, PricedLine]], context: Context) -> dict[Any, list[Any]]:
    left = available_by_variant_and_channel(
        variant_ids={priced.line.variant_id for _, priced in pairs},
        channel_ids={checkout.channel_id for checkout, _ in pairs},
    )
    own = {checkout.pk: _left_for(checkout, pairs) for checkout, _ in pairs if not selling_for(checkout).is_bare}
    wanted: dict[Any, int] = {}
    for checkout, priced in pairs:
        key = (checkout.pk, priced.line.variant_id)
        wanted[key] = wanted.get(key, 0) + priced.line.quantity
    found: dict[Any, list[Any]] = {}
    for checkout, priced in pairs:
        line, problems = priced.line, found.setdefault(priced.line.pk, [])
        pieces = own[checkout.pk].get(line.variant_id) if checkout.pk in own else None
        if checkout.pk not in own:
            pieces = left.get((line.variant_id, checkout.channel_id))
        available = max(pieces or 0, 0)
        if not is_sold(line, context.now):
            problems.append({"__typename": "CheckoutLineProblemVariantNotAvailable", "line": priced})
        elif line.variant.track_inventory and available < wanted[checkout.pk, line.variant_id]:
            problems.append(
                {
                    "__typename": "CheckoutLineProblemInsufficientStock",
                    "available_quantity": available,
                    "line": priced,
                    "variant": line.variant,
                }
            )
    return found


def _each_priced(batch: Batch) -> list[PricedLine]:
    """Return the parents with their prices; a bare row (answer of a metadata mutation) gets its own worked out."""
    bare = {row.pk: row.checkout_id for row in batch.parents if isinstance(row, CheckoutLine)}
    rows = Checkout.objects.select_related("channel", "assigned_delivery").in_bulk(set(bare.values())) if bare else {}
    by_checkout = {item.checkout.pk: item for item in loads.priced(list(rows.values()))}
    return [
        by_checkout[row.checkout_id].line(row.pk) if isinstance(row, CheckoutLine) else row for row in batch.parents
    ]


@field("CheckoutLine", "id")
def line_id(batch: Batch) -> list[Any]:
    rows = [parent if isinstance(parent, CheckoutLine) else parent.line for parent in batch.parents]
    return [to_global_id("CheckoutLine", row.pk) for row in rows]


@field("CheckoutLine", "variant")
def line_variant(batch: Batch) -> list[Any]:
    return [item.line.variant for item in _each_priced(batch)]


@field("CheckoutLine", "quantity")
def line_quantity(batch: Batch) -> list[Any]:
    return [item.line.quantity for item in _each_priced(batch)]


@field("CheckoutLine", "unitPrice")
def line_unit_price(batch: Batch) -> list[Any]:
    return [item.unit for item in _each_priced(batch)]


@field("CheckoutLine", "totalPrice")
def line_total_price(batch: Batch) -> list[Any]:
    return [item.total for item in _each_priced(batch)]


@field("CheckoutLine", "undiscountedUnitPrice")
def line_undiscounted_unit(batch: Batch) -> list[Any]:
    return [Money(item.unit_base, item.total.currency) for item in _each_priced(batch)]


@field("CheckoutLine", "undiscountedTotalPrice")
def line_undiscounted_total(batch: Batch) -> list[Any]:
    return [Money(item.undiscounted_total, item.total.currency) for item in _each_priced(batch)]


@field("CheckoutLine", "requiresShipping")
def line_requires_shipping(batch: Batch) -> list[Any]:
    return [item.line.variant.product.product_type.is_shipping_required for item in _each_priced(batch)]


@field("CheckoutLine", "priceOverrideReason")
def line_override_reason(batch: Batch) -> list[Any]:
    if not batch.context.requestor.has_perm(*HANDLERS):
        raise PermissionDenied(HANDLERS)
    return [item.line.price_override_reason for item in _each_priced(batch)]


@field("CheckoutLine", "isGift")
def line_is_gift(batch: Batch) -> list[Any]:
    return [item.line.is_gift for item in _each_priced(batch)]


def _prior(item: PricedLine, pieces: int) -> Money | None:
    """Return what pieces cost before a price was lowered, as the merchant says; None where nothing is said."""
    prior = item.line.listed_prior  # type: ignore[attr-defined]  # of `lines_with_listings`
    return None if prior is None else Money(prior * pieces, item.total.currency)


@field("CheckoutLine", "priorUnitPrice")
def line_prior_unit_price(batch: Batch) -> list[Any]:
    return [_prior(item, 1) for item in _each_priced(batch)]


@field("CheckoutLine", "priorTotalPrice")
def line_prior_total_price(batch: Batch) -> list[Any]:
    return [_prior(item, item.line.quantity) for item in _each_priced(batch)]
