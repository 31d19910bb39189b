"""Codes that customers type in: of a voucher, or of a gift card."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra.engine.checkout.actions import locked_checkout
from infra.engine.checkout.lines import mark_changed
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.pricing import is_sold, price_checkouts
from infra.engine.checkout.settling import check_voucher, remove_gifts, remove_voucher
from infra.engine.discounts.models import Voucher, VoucherCode
from infra.engine.discounts.vouchers import NotApplicable, is_voucher_code, voucher_for
from infra.engine.giftcards.actions import attach, detach
from infra.engine.giftcards.queries import is_code
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import to_global_id


def add_promo_code(*, checkout_id: UUID, code: str) -> Checkout:
    """Put a voucher or a gift card on a checkout; a voucher takes the place of the one there was, and of any gift.

    Raises UserErrors: INVALID for a code that nothing has or that does not hold now, VOUCHER_NOT_APPLICABLE when the
    voucher's conditions do not hold for this checkout, UNAVAILABLE_VARIANT_IN_CHANNEL when a line is no longer sold
    (where the channel keeps to the old flow of errors), and those of `giftcards.actions.attach`.
    """
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        if is_voucher_code(code):
            _add_voucher(checkout, code)
        else:
            _check_sold(checkout)
            attach(checkout=checkout, code=code)
        mark_changed(checkout, settle=False)
    return checkout


def _check_sold(checkout: Checkout) -> None:
    if not checkout.channel.checkout_settings.get("useLegacyErrorFlow", True):
        return
    priced, now = price_checkouts([checkout])[checkout.pk], timezone.now()
    unsold = [item.line for item in priced.lines if not is_sold(item.line, now)]
    if unsold:
        variants = [to_global_id("ProductVariant", line.variant_id) for line in unsold]
        message = "Some of the checkout lines variants are unavailable."
        raise refuse("lines", message, "UNAVAILABLE_VARIANT_IN_CHANNEL", variants=variants)


def _add_voucher(checkout: Checkout, code: str) -> None:
    _check_sold(checkout)
    terms = voucher_for(code, checkout.channel_id, timezone.now())
    if terms is None:
        raise refuse("promoCode", "Promo code is invalid", "INVALID")
    try:
        check_voucher(price_checkouts([checkout])[checkout.pk], terms)
    except NotApplicable:
        message = "Voucher is not applicable to this checkout."
        raise refuse("promoCode", message, "VOUCHER_NOT_APPLICABLE") from None
    checkout.voucher_code = code
    checkout.save(update_fields=["voucher_code", "updated_at"])
    remove_gifts(checkout)


def remove_promo_code(*, checkout_id: UUID, code: str) -> Checkout:
    """Take a voucher (by any of its codes) or a gift card off a checkout.

    Raises UserErrors on `promoCode`: NOT_FOUND for a code that nothing has, INVALID for one that is not on it.
    """
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        if is_voucher_code(code) or code == checkout.voucher_code:
            _remove_voucher_code(checkout, code)
        elif is_code(code):
            detach(checkout=checkout, code=code)
        else:
            raise refuse("promoCode", "Promo code does not exists.", "NOT_FOUND")
        mark_changed(checkout)
    return checkout


def _remove_voucher_code(checkout: Checkout, code: str) -> None:
    on_it = VoucherCode.objects.filter(code=checkout.voucher_code or "").values("voucher_id")
    same = code == checkout.voucher_code or VoucherCode.objects.filter(code=code, voucher__in=on_it).exists()
    if not same:
        raise refuse("promoCode", "Cannot remove a voucher not attached to this checkout.", "INVALID")
    remove_voucher(checkout)


def remove_promo_code_by_id(*, checkout_id: UUID, kind: str, pk: int) -> Checkout:
    """Take a voucher or a gift card off a checkout by its key; `kind` is Voucher or GiftCard.

    Raises UserErrors(NOT_FOUND) on `promoCodeId` for a voucher that is not on it; a card that is not changes nothing.
    """
    with transaction.atomic("engine"):
        checkout = locked_checkout(checkout_id)
        if kind == "GiftCard":
            detach(checkout=checkout, pk=pk)
        elif checkout.voucher_code is not None:
            if not Voucher.objects.filter(pk=pk, codes__code=checkout.voucher_code).exists():
                message = "Couldn't remove a promo code from a checkout."
                raise refuse("promoCodeId", message, "NOT_FOUND")
            remove_voucher(checkout)
        mark_changed(checkout)
    return checkout
