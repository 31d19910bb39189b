"""Vouchers as those see them who apply them: whether a code holds, for which goods, what it takes off. Only reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum

from infra.engine.discounts.models import Voucher, VoucherChannelListing, VoucherCode, VoucherCustomer
from infra.engine.money import ZERO, smallest_step
from infra.engine.products.models import CollectionProduct, Translation


class NotApplicable(Exception):
    """The voucher does not hold for what it was asked for."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a SPECIFIC_PRODUCT voucher names; nothing at all means all goods."""

    variants: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.variants or self.products or self.categories)

    def has(self, *, variant_id: int, product_id: int, category_id: int | None) -> bool:
        return variant_id in self.variants or product_id in self.products or category_id in self.categories


@dataclass(frozen=True, slots=True)
class VoucherTerms:
    """A voucher in one channel, by one of its codes. `value` is an amount (FIXED) or a percentage.

    `is_spent` is true when the code is switched off or the last use is taken, for a cart that had it before.
    """

    voucher: Voucher
    code: VoucherCode
    value: Decimal
    min_spent: Decimal | None
    currency: str
    is_spent: bool = False
    targets: Targets = field(default_factory=Targets)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def is_for_lines(self) -> bool:
        """Return whether it makes goods cheaper, not the whole order or its delivery."""
        return self.voucher.type == "SPECIFIC_PRODUCT" or self.voucher.apply_once_per_order

    @property
    def is_for_delivery(self) -> bool:
        return self.voucher.type == "SHIPPING"

    @property
    def is_for_order(self) -> bool:
        return self.voucher.type == "ENTIRE_ORDER" and not self.voucher.apply_once_per_order

    def amount_off(self, price: Decimal) -> Decimal:
        """Return what is taken off `price`: never more than it, percentages rounded half up to the currency."""
        if self.voucher.discount_value_type == "PERCENTAGE":
            off = (price * self.value / 100).quantize(smallest_step(self.currency), rounding=ROUND_HALF_UP)
        else:
            off = self.value
        return max(min(off, price), ZERO)

    def check(self, *, subtotal: Decimal, pieces: int, email: str | None, is_staff: bool) -> None:
        """Raise NotApplicable unless the conditions hold that the voucher puts on a cart or an order.

        subtotal: of the goods, as entered (with or without tax); pieces: all lines together.
        """
        if self.min_spent is not None and subtotal < self.min_spent:
            raise NotApplicable(f"This offer is only valid for orders over {self.min_spent} {self.currency}.")
        if pieces < (self.voucher.min_checkout_items_quantity or 0):
            least = self.voucher.min_checkout_items_quantity
            raise NotApplicable(f"This offer is only valid for orders with a minimum of {least} quantity.")
        if self.voucher.apply_once_per_customer and email is not None and _was_used_by(self.voucher, email):
            raise NotApplicable("This offer is valid only once per customer.")
        if self.voucher.only_for_staff and not is_staff:
            raise NotApplicable("This offer is valid only for staff customers.")


def _was_used_by(voucher: Voucher, email: str) -> bool:
    return VoucherCustomer.objects.filter(voucher_code__voucher=voucher, customer_email=email).exists()


def is_voucher_code(code: str) -> bool:
    """Return whether any voucher, even one that is over, has this code."""
    return VoucherCode.objects.filter(code=code).exists()


def vouchers_for(
    wanted: Iterable[tuple[str, int]], now: datetime, *, counted: Iterable[str] = ()
) -> dict[tuple[str, int], VoucherTerms]:
    """Return the terms of each (code, channel key) that holds at `now`, and of those that are only spent.

    A code does not hold when it is unknown, its voucher has not begun, is over, or is not given in the channel. Of
    `counted` codes the use is counted already: they hold also when theirs was the last.
    """
    pairs, counted = set(wanted), set(counted)
    codes = list(VoucherCode.objects.filter(code__in={pair[0] for pair in pairs}).select_related("voucher"))
    by_code = {row.code: row for row in codes if row.code in counted or row.voucher.is_active(now)}
    listings = {
        (row.voucher_id, row.channel_id): row
        for row in VoucherChannelListing.objects.filter(
            voucher__in={row.voucher_id for row in by_code.values()}, channel__in={pair[1] for pair in pairs}
        )
    }
    targets = targets_of(row.voucher for row in by_code.values() if row.voucher.type == "SPECIFIC_PRODUCT")
    names = _names({row.voucher_id for row in by_code.values()})
    found = {}
    for code, channel_id in pairs:
        row = by_code.get(code)
        listing = listings.get((row.voucher_id, channel_id)) if row is not None else None
        if row is not None and listing is not None:
            found[code, channel_id] = VoucherTerms(
                voucher=row.voucher,
                code=row,
                value=listing.discount_value,
                min_spent=listing.min_spent_amount,
                currency=listing.currency,
                is_spent=code not in counted and _is_spent(row),
                targets=targets.get(row.voucher_id, Targets()),
                names=names.get(row.voucher_id, {}),
            )
    return found


def voucher_for(code: str, channel_id: int, now: datetime) -> VoucherTerms | None:
    """Return the terms of one code in one channel, or None when it does not hold or is spent (see `vouchers_for`)."""
    found = vouchers_for([(code, channel_id)], now).get((code, channel_id))
    return None if found is None or found.is_spent else found


def _is_spent(code: VoucherCode) -> bool:
    limit = code.voucher.usage_limit
    return not code.is_active or (limit is not None and uses_of(code.voucher_id) >= limit)


def uses_of(voucher_id: int) -> int:
    """Return how often all codes of a voucher were used: its limit is on them together."""
    return int(VoucherCode.objects.filter(voucher_id=voucher_id).aggregate(all=Sum("used"))["all"] or 0)


def _names(voucher_ids: set[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in Translation.objects.filter(kind="Voucher", object_id__in=voucher_ids) if voucher_ids else ():
        if row.fields.get("name"):
            found.setdefault(row.object_id, {})[row.language_code] = row.fields["name"]
    return found


def targets_of(vouchers: Iterable[Voucher]) -> dict[int, Targets]:
    """Return what each voucher names, by key; a collection stands for the products in it now."""
    pks = [voucher.pk for voucher in vouchers]
    if not pks:
        return {}
    variants = _members(Voucher.variants.through, "productvariant_id", pks)
    products = _members(Voucher.products.through, "product_id", pks)
    categories = _members(Voucher.categories.through, "category_id", pks)
    collections = _members(Voucher.collections.through, "collection_id", pks)
    of_collection: dict[int, set[int]] = {pk: set() for own in collections.values() for pk in own}
    for row in CollectionProduct.objects.filter(collection__in=list(of_collection)) if of_collection else ():
        of_collection[row.collection_id].add(row.product_id)
    found = {}
    for pk in pks:
        members = {product for key in collections[pk] for product in of_collection[key]}
        # An empty collection is still named: a key that no product has keeps it from meaning all goods.
        named = products[pk] | members | ({0} if collections[pk] else set())
        found[pk] = Targets(frozenset(variants[pk]), frozenset(named), frozenset(categories[pk]))
    return found


def _members(through: type, column: str, pks: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {pk: set() for pk in pks}
    for voucher_id, pk in through.objects.filter(voucher__in=pks).values_list("voucher_id", column):  # type: ignore[attr-defined]
        found[voucher_id].add(pk)
    return found
