"""Putting lines into a checkout, changing and removing them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from infra.engine.checkout import lock_objects
from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.reservations import keep_stock, selling_for
from infra.engine.checkout.settling import settle_discounts
from infra.engine.checkout.types import UNSET, LineInput, NewCheckout
from infra.engine.discounts.queries import has_order_rules
from infra.engine.prepared import PreparedRows
from infra.engine.prepared_writes import insert_all
from infra.engine.products.models import ProductChannelListing, ProductVariant, VariantChannelListing
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.queries import check_available
from infra.engine.warehouses.types import InsufficientStock, Selling, Wanted

#: what the column of a line's pieces holds
MOST_PIECES = 2**31 - 1


def create_checkout(*, new: NewCheckout, lines: list[LineInput], limit: int | None) -> Checkout:
    """Open a checkout with lines. `limit` is the shop's most pieces of one variant, None for no limit.

    Raises UserErrors as `checkoutCreate` shows them; then nothing was stored.
    """
    checkout = Checkout(
        channel=new.channel,
        currency=new.channel.currency_code,
        email=new.email,
        user=new.user,
        language_code=new.language_code,
        billing_address=new.billing_address,
        shipping_address=new.shipping_address,
        save_billing_address=new.save_billing_address,
        save_shipping_address=new.save_shipping_address,
        metadata=new.metadata,
        private_metadata=new.private_metadata,
    )
    plan = LinePlan(checkout, [], lines, replace=False)
    plan.check(limit=limit, now=timezone.now())
    with transaction.atomic("engine"):
        checkout.save(force_insert=True)
        plan.store()
        _keep_stock(checkout)
        settle_discounts(checkout, has_rules=plan.has_order_rules)
        tell(checkout, "CHECKOUT_CREATED")
    return checkout


def change_lines(
    *, checkout_id: UUID, lines: list[LineInput], replace: bool, limit: int | None, quantity_required: bool = False
) -> Checkout:
    """Add lines (`replace` false: quantities add up) or change them (`replace` true: 0 removes a line).

    Raises UserErrors as `checkoutLinesAdd` and `checkoutLinesUpdate` show them; then nothing was changed.
    """
    with transaction.atomic("engine"):
        checkout = _locked(checkout_id)
        plan = LinePlan(checkout, list(checkout.lines.all()), lines, replace=replace)
        if quantity_required and any(item.quantity is None for item in plan.items):
            raise refuse("quantity", "The quantity is required for all lines.", "REQUIRED")
        plan.check(limit=limit, now=timezone.now())
        plan.store()
        _keep_stock(checkout)
        mark_changed(checkout)
    return checkout


def delete_lines(*, checkout_id: UUID, line_ids: set[UUID]) -> Checkout:
    """Remove lines. Raises UserErrors when one is not of this checkout; then nothing was removed."""
    with transaction.atomic("engine"):
        checkout = _locked(checkout_id)
        own = list(checkout.lines.all())
        if foreign := line_ids - {line.pk for line in own}:
            ids = [to_global_id("CheckoutLine", pk) for pk in foreign]
            raise refuse("lineId", "Provided line_ids aren't part of checkout.", "INVALID", lines=ids)
        if gifts := {line.pk for line in own if line.is_gift} & line_ids:
            ids = [to_global_id("CheckoutLine", pk) for pk in gifts]
            message = "Checkout lines marked as gift can't be deleted."
            raise refuse("lineIds", message, "NON_REMOVABLE_GIFT_LINE", lines=ids)
        CheckoutLine.objects.filter(pk__in=line_ids).delete()
        mark_changed(checkout)
    return checkout


class LinePlan:
    """The lines as they will be: worked out and checked first, stored in two statements."""

    def __init__(
        self, checkout: Checkout, existing: list[CheckoutLine], inputs: list[LineInput], *, replace: bool
    ) -> None:
        self.checkout, self.existing, self.replace = checkout, existing, replace
        #: whether the channel has order promotions; known after `check`
        self.has_order_rules = False
        self.items = _grouped(inputs, existing, replace=replace)
        self.by_id = {line.pk: line for line in existing}
        self.missing = [item.line_id for item in self.items if item.line_id and item.line_id not in self.by_id]
        if self.missing:
            ids = [to_global_id("CheckoutLine", pk) for pk in self.missing]
            message = f"Could not resolve to a node with the global id list of '{ids}'."
            raise refuse("lineId", message, "GRAPHQL_ERROR")
        gifts = [item.line_id for item in self.items if item.line_id and self.by_id[item.line_id].is_gift]
        if gifts:
            ids = [to_global_id("CheckoutLine", pk) for pk in gifts]
            raise refuse("lineId", "Lines marked as gift can't be edited.", "NON_EDITABLE_GIFT_LINE", lines=ids)

    def check(self, *, limit: int | None, now: datetime) -> None:
        """Raise UserErrors unless every line may be sold in this quantity now."""
        variant_ids = {item.variant_id for item in self.items if item.variant_id is not None}
        variants = sold_variants(variant_ids, self.checkout.channel_id)
        self.has_order_rules = any(row.has_order_rules for row in variants.values())
        self._check_quantities(variants, limit)
        self._check_reasons()
        wanted = {item.variant_id for item in self.items if item.quantity}
        _check_sold([variants[pk] for pk in wanted if pk is not None], now)

    def _check_quantities(self, variants: dict[int, Any], limit: int | None) -> None:
        for item in self.items:
            if item.quantity is not None and item.quantity < (0 if self.replace else 1):
                least = "higher or equal zero" if self.replace else "higher than zero"
                raise refuse("quantity", f"The quantity should be {least}.", "ZERO_QUANTITY")
        touched = {item.line_id for item in self.items if item.line_id and self.replace}
        totals: dict[int, int] = {}
        for line in self.existing:
            if line.pk not in touched:
                totals[line.variant_id] = totals.get(line.variant_id, 0) + line.quantity
        for item in self.items:
            if item.quantity and item.variant_id is not None:
                totals[item.variant_id] = totals.get(item.variant_id, 0) + item.quantity
        said = {item.variant_id for item in self.items if item.quantity}
        wanted = {pk: totals[pk] for pk in said if pk is not None}
        check_quantities(wanted, variants, selling_for(self.checkout), limit)

    def _check_reasons(self) -> None:
        for item in self.items:
            if not item.price_reason or item.price_reason is UNSET:
                continue
            line = self.by_id.get(item.line_id) if item.line_id else None
            price = item.price if item.price is not UNSET else line and line.price_override
            if price is None:
                message = "Cannot set priceOverrideReason without a price override on the line."
                raise refuse(None, message, "PRICE_OVERRIDE_REASON_WITHOUT_OVERRIDE")

    def store(self) -> None:
        """Write the lines; the caller holds the checkout's lock."""
        created, updated, deleted = [], [], []
        position = max((line.position for line in self.existing), default=-1) + 1
        for item in self.items:
            line = self.by_id.get(item.line_id) if item.line_id else None
            if line is None:
                if not item.quantity:
                    continue
                line = CheckoutLine(checkout=self.checkout, variant_id=item.variant_id, quantity=0, position=position)
                position += 1
                created.append(line)
            elif self.replace and item.quantity == 0:
                deleted.append(line.pk)
                continue
            else:
                updated.append(line)
            _apply(line, item, replace=self.replace)
        insert_all(created)
        if updated:
            CheckoutLine.objects.bulk_update(
                updated, ["quantity", "price_override", "price_override_reason", "metadata"]
            )
        if deleted:
            CheckoutLine.objects.filter(pk__in=deleted).delete()


def _apply(line: CheckoutLine, item: LineInput, *, replace: bool) -> None:
    if item.quantity is not None:
        line.quantity = item.quantity if replace else line.quantity + item.quantity
    if item.price is not UNSET:
        line.price_override = item.price  # type: ignore[assignment]
        line.price_override_reason = None
    if item.price_reason is not UNSET:
        line.price_override_reason = (str(item.price_reason).strip()[:255] or None) if item.price_reason else None
    line.metadata = {**line.metadata, **item.metadata}


def _grouped(inputs: list[LineInput], existing: list[CheckoutLine], *, replace: bool) -> list[LineInput]:
    """Return the inputs with those about the same line put together, and lines found by their variant."""
    by_variant: dict[int, list[CheckoutLine]] = {}
    for line in existing:
        if line.is_gift:
            continue
        by_variant.setdefault(line.variant_id, []).append(line)
    variant_of = {line.pk: line.variant_id for line in existing}
    grouped: dict[Any, LineInput] = {}
    for index, item in enumerate(inputs):
        key: Any
        if item.force_new_line:
            key = ("new", index)
        elif item.line_id is not None:
            key, item.variant_id = item.line_id, variant_of.get(item.line_id)
        else:
            lines = by_variant.get(item.variant_id or 0, [])
            item.line_id = lines[0].pk if len(lines) == 1 else None
            key = item.line_id or ("variant", item.variant_id)
            if len(lines) > 1 and replace:
                message = "Variant occurs in multiple lines. Use `lineId` instead of `variantId`."
                variants = [to_global_id("ProductVariant", item.variant_id)]
                raise refuse("variantId", message, "INVALID", variants=variants)
            if len(lines) > 1:
                key = ("new", index)
        if key in grouped:
            _merge(grouped[key], item)
        else:
            grouped[key] = item
    return list(grouped.values())


def _merge(kept: LineInput, item: LineInput) -> None:
    if item.quantity is not None:
        kept.quantity = (kept.quantity or 0) + item.quantity
    if item.price is not UNSET:
        kept.price, kept.price_reason = item.price, item.price_reason
    kept.metadata = {**kept.metadata, **item.metadata}


def sold_variants(variant_ids: Iterable[int], channel_id: int) -> dict[int, Any]:
    """Return the variants with the channel's listing as attributes, as `pricing.lines_with_listings` names them.

    Raises UserErrors when one does not exist.
    """
    wanted = set(variant_ids)
    found = {row.pk: row for row in _IN_CHANNEL(wanted, channel_id)}
    if missing := wanted - found.keys():
        ids = [to_global_id("ProductVariant", pk) for pk in missing]
        message = f"Could not resolve to a node with the global id list of '{ids}'."
        raise refuse("variantId", message, "GRAPHQL_ERROR")
    return found


def _in_channel(variant_ids: list[int], channel_id: int) -> QuerySet[ProductVariant]:
    in_channel = ProductChannelListing.objects.filter(product_id=OuterRef("product_id"), channel_id=channel_id)
    price = VariantChannelListing.objects.filter(variant_id=OuterRef("pk"), channel_id=channel_id)
    return ProductVariant.objects.filter(pk__in=variant_ids).annotate(
        listed_price=Subquery(price.values("price_amount")[:1]),
        listed_published=Subquery(in_channel.values("is_published")[:1]),
        listed_from=Subquery(in_channel.values("available_for_purchase_at")[:1]),
        has_order_rules=has_order_rules(channel_id),
    )


_IN_CHANNEL = PreparedRows(ProductVariant._meta.pk, _in_channel)


def check_quantities(totals: dict[int, int], variants: dict[int, Any], selling: Selling, limit: int | None) -> None:
    """Raise UserErrors when a variant's limit or its stock in the channel does not allow the total wanted."""
    for pk, quantity in totals.items():
        most = variants[pk].quantity_limit_per_customer or limit or MOST_PIECES
        if quantity > most:
            message = f"Cannot add more than {most} times this item: {variant_title(variants[pk])}."
            raise refuse("quantity", message, "QUANTITY_GREATER_THAN_LIMIT")
    wanted = [Wanted(pk, pk, quantity) for pk, quantity in totals.items() if variants[pk].track_inventory]
    try:
        check_available(wanted=wanted, channel_id=selling.channel_id, selling=selling)
    except InsufficientStock as short:
        raise _too_few(short, variants) from None


def _too_few(short: InsufficientStock, variants: dict[int, Any]) -> UserErrors:
    return UserErrors(
        [
            MutationError.of(
                "quantity",
                f"Could not add items {variant_title(variants[item.variant_id])}. "
                f"Only {item.available} remaining in stock.",
                "INSUFFICIENT_STOCK",
            )
            for item in short.shortages
        ]
    )


def _keep_stock(checkout: Checkout) -> None:
    """Reserve what the checkout holds. Raises UserErrors when somebody else was quicker just now."""
    try:
        keep_stock(checkout)
    except InsufficientStock as short:
        raise _too_few(short, ProductVariant.objects.in_bulk({item.variant_id for item in short.shortages})) from None


def variant_title(variant: ProductVariant) -> str:
    """Return what a variant is called when one must name it: its name, else its SKU."""
    return variant.name or variant.sku or f"ID:{variant.pk}"


def _check_sold(variants: list[Any], now: datetime) -> None:
    checks = (
        (
            lambda row: row.listed_from is None or row.listed_from > now,
            "Cannot add lines for unavailable for purchase variants.",
            "PRODUCT_UNAVAILABLE_FOR_PURCHASE",
        ),
        (
            lambda row: row.listed_price is None,
            "Cannot add lines with unavailable variants.",
            "UNAVAILABLE_VARIANT_IN_CHANNEL",
        ),
        (lambda row: not row.listed_published, "Cannot add lines for unpublished variants.", "PRODUCT_NOT_PUBLISHED"),
    )
    for is_refused, message, code in checks:
        refused = [to_global_id("ProductVariant", row.pk) for row in variants if is_refused(row)]
        if refused:
            raise refuse("lines", message, code, variants=refused)


def _locked(checkout_id: UUID) -> Checkout:
    checkout = lock_objects.checkout(checkout_id)
    if checkout is None:
        message = f"Couldn't resolve to a node: {to_global_id('Checkout', checkout_id)}"
        raise refuse("id", message, "NOT_FOUND")
    return checkout


def mark_changed(checkout: Checkout, *fields: str, settle: bool = True) -> None:
    """Save `fields`, let the delivery options be asked for again, settle the discounts, and tell apps.

    Needs the checkout's lock; `settle` is false when the discounts are those of this change already.
    """
    checkout.deliveries_stale_at = timezone.now()
    checkout.save(update_fields=[*fields, "deliveries_stale_at", "updated_at"])
    if settle:
        settle_discounts(checkout, has_rules=checkout.has_order_rules)  # type: ignore[attr-defined]  # by the lock
    tell(checkout, "CHECKOUT_UPDATED")


def tell(checkout: Checkout, event: str) -> None:
    """Queue an event about the checkout in the caller's transaction."""
    from infra.engine.deliveries import emit

    emit(event=event, obj=checkout)
