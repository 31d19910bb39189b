"""A cart's discounts after it has changed: a voucher that no longer applies goes, a gift comes or goes.

Carts without a code, in channels without order promotions, pay nothing for it.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils import timezone

from infra.engine.checkout.discounts import goods_of_voucher
from infra.engine.checkout.models import Checkout, CheckoutLine
from infra.engine.checkout.pricing import PricedCheckout, price_checkouts
from infra.engine.discounts.vouchers import NotApplicable, VoucherTerms


def settle_discounts(checkout: Checkout, *, has_rules: bool) -> None:
    """Take off a voucher that no longer applies, and give or take back the gift of an order promotion.

    has_rules: whether the channel has order promotions. Needs the checkout's lock.
    """
    if checkout.voucher_code is not None:
        priced = price_checkouts([checkout])[checkout.pk]
        if not _still_applies(priced):
            remove_voucher(checkout)
    if checkout.voucher_code is None and has_rules:
        settle_gift(checkout)


def remove_voucher(checkout: Checkout) -> None:
    """Take the voucher off the checkout. Needs its lock."""
    checkout.voucher_code, checkout.is_voucher_usage_increased = None, False
    checkout.save(update_fields=["voucher_code", "is_voucher_usage_increased", "updated_at"])


def _still_applies(priced: PricedCheckout) -> bool:
    if priced.voucher is None or priced.voucher.is_spent:
        return False
    try:
        check_voucher(priced, priced.voucher)
    except NotApplicable:
        return False
    return True


def check_voucher(priced: PricedCheckout, terms: VoucherTerms) -> None:
    """Raise NotApplicable unless the voucher's conditions hold for the cart, as it is priced.

    A cart that has a voucher for goods already is measured by what its goods cost with it, as the contract has it.
    """
    checkout = priced.checkout
    terms.check(
        subtotal=priced.base_subtotal,
        pieces=priced.pieces,
        email=customer_email(checkout),
        is_staff=checkout.user is not None and checkout.user.is_staff,
    )
    if terms.is_for_delivery:
        _check_delivery(priced, terms)
    elif terms.voucher.type == "SPECIFIC_PRODUCT" and not goods_of_voucher(terms, priced.lines):
        raise NotApplicable("This offer is only valid for selected items.")
    elif not priced.lines:
        raise NotApplicable("There is nothing that could become cheaper.")


def _check_delivery(priced: PricedCheckout, terms: VoucherTerms) -> None:
    if not priced.is_shipping_required:
        raise NotApplicable("Your order does not require shipping.")
    checkout = priced.checkout
    if checkout.assigned_delivery is None and getattr(checkout, "collection_point_id", None) is None:
        raise NotApplicable("Please select a delivery method first.")
    address = checkout.shipping_address or checkout.billing_address
    countries: list[str] = terms.voucher.countries
    if address and countries and address.get("country") not in countries:
        raise NotApplicable("This offer is not valid in your country.")


def customer_email(checkout: Checkout) -> str | None:
    """Return whose uses of a voucher are counted: the customer's own address before that of the checkout."""
    return checkout.user.email if checkout.user is not None else checkout.email


def settle_gift(checkout: Checkout) -> None:
    """Give the gift of the best order promotion, or take back one that is no longer given. Needs the lock."""
    priced = price_checkouts([checkout])[checkout.pk]
    gifts: list[Any] = [item.line for item in priced.lines if item.line.is_gift]
    wanted = priced.found.gift_variant_id if priced.found is not None else None
    if len(gifts) == len(priced.lines):
        wanted = None
    if wanted is None:
        remove_gifts(checkout)
    elif not gifts:
        last = CheckoutLine.objects.filter(checkout=checkout).aggregate(last=Max("position"))["last"] or 0
        CheckoutLine.objects.create(
            checkout=checkout, variant_id=wanted, quantity=1, position=last + 1, is_gift=True, created_at=timezone.now()
        )
    elif gifts[0].variant_id != wanted:
        CheckoutLine.objects.filter(pk=gifts[0].pk).update(variant_id=wanted)


def remove_gifts(checkout: Checkout) -> None:
    """Take every gift off the checkout. Needs its lock."""
    CheckoutLine.objects.filter(checkout=checkout, is_gift=True).delete()
