"""Writing vouchers: what they are, their codes, their channels, their goods."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from infra.engine.checkout.models import Checkout
from infra.engine.deliveries import emit
from infra.engine.discounts.models import Voucher, VoucherChannelListing, VoucherCode
from infra.engine.giftcards.queries import is_code
from infra.engine.orders.models import Order, OrderLine
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.lengths import check_row

#: the goods a voucher may name, by the contract's names
MEMBERS = ("products", "variants", "categories", "collections")


def new_code() -> str:
    """Return a code nobody can guess: three groups of four hexadecimal digits."""
    digits = secrets.token_hex(6).upper()
    return "-".join(digits[start : start + 4] for start in (0, 4, 8))


def is_free(code: str) -> bool:
    """Return whether neither a voucher nor a gift card has the code."""
    return not VoucherCode.objects.filter(code=code).exists() and not is_code(code)


def clean_codes(said: list[str]) -> list[str]:
    """Return the codes to add, a new one in place of each empty one.

    Raises UserErrors(DUPLICATED_INPUT_ITEM or ALREADY_EXISTS) naming the codes.
    """
    codes = [code.strip() for code in said]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise refuse("codes", "Duplicated promo codes provided.", "DUPLICATED_INPUT_ITEM", voucherCodes=twice)
    if taken := [code for code in codes if code and not is_free(code)]:
        raise refuse("codes", "Promo code already exists.", "ALREADY_EXISTS", voucherCodes=taken)
    return [code or new_code() for code in codes]


def clean_code(said: str | None) -> str:
    """Return the one code, a new one for none. Raises UserErrors(ALREADY_EXISTS)."""
    code = (said or "").strip()
    if code and not is_free(code):
        raise refuse("code", "Promo code already exists.", "ALREADY_EXISTS")
    return code or new_code()


def was_used(voucher: Voucher) -> bool:
    """Return whether a code of the voucher is on an order, an order line or an open checkout."""
    codes = list(VoucherCode.objects.filter(voucher=voucher).values_list("code", flat=True))
    if not codes:
        return False
    return (
        Order.objects.filter(voucher_code__in=codes, voucher_id=voucher.pk).exists()
        or OrderLine.objects.filter(voucher_code__in=codes).exists()
        or Checkout.objects.filter(voucher_code__in=codes).exists()
    )


def save_voucher(*, voucher: Voucher, codes: list[str], code: str | None, members: dict[str, list[int]]) -> None:
    """Save a new or changed voucher, add `codes` or rename its only one to `code`, set the goods it names, and tell.

    Needs an open transaction on `engine`. Raises UserErrors(INVALID) when there are several codes to rename.
    """
    is_new = voucher.pk is None
    voucher.save()
    rows = [VoucherCode(voucher=voucher, code=each) for each in codes]
    if code is not None:
        rows = [VoucherCode(voucher=voucher, code=code)] if is_new else [_renamed(voucher, code)]
    for row in rows:
        check_row(row)
    if code is not None and not is_new:
        rows[0].save(update_fields=["code"])
    else:
        VoucherCode.objects.bulk_create(rows)
    for name, keys in members.items():
        getattr(voucher, name).set(keys)
    if is_new and rows:
        emit(event="VOUCHER_CODES_CREATED", obj=rows)
    emit(event="VOUCHER_CREATED" if is_new else "VOUCHER_UPDATED", obj=voucher)
    if not is_new and rows:
        emit(event="VOUCHER_CODES_CREATED", obj=rows)


def _renamed(voucher: Voucher, code: str) -> VoucherCode:
    rows = list(VoucherCode.objects.filter(voucher=voucher)[:2])
    if len(rows) != 1:
        raise refuse("code", "Cannot update code when multiple codes exists.", "INVALID")
    rows[0].code = code
    return rows[0]


def set_listings(*, voucher: Voucher, add: list[dict[str, Any]], remove: Iterable[int]) -> None:
    """Set what the voucher is worth in channels and end it in others, and tell. Needs an open transaction.

    add: rows with `channel` and, where said, `discount_value` and `min_spent_amount`.
    """
    for row in add:
        channel = row.pop("channel")
        VoucherChannelListing.objects.update_or_create(
            voucher=voucher, channel=channel, defaults={**row, "currency": channel.currency_code}
        )
    VoucherChannelListing.objects.filter(voucher=voucher, channel__in=list(remove)).delete()
    emit(event="VOUCHER_UPDATED", obj=voucher)


def change_members(*, voucher: Voucher, members: dict[str, list[int]], add: bool) -> None:
    """Add goods to those the voucher names, or take them away, and tell. Needs an open transaction."""
    for name, keys in members.items():
        related = getattr(voucher, name)
        (related.add if add else related.remove)(*keys)
    if members:
        emit(event="VOUCHER_UPDATED", obj=voucher)


def delete_vouchers(rows: Iterable[Voucher]) -> int:
    """Delete vouchers with their codes, tell of each, and return how many. Carts lose them with their next change."""
    found = list(rows)
    for voucher in found:
        codes = list(VoucherCode.objects.filter(voucher=voucher))
        emit(event="VOUCHER_DELETED", obj=voucher)
        if codes:
            emit(event="VOUCHER_CODES_DELETED", obj=codes)
    Voucher.objects.filter(pk__in=[voucher.pk for voucher in found]).delete()
    return len(found)


def delete_codes(keys: Iterable[Any]) -> int:
    """Delete codes, tell of them, and return how many."""
    rows = list(VoucherCode.objects.filter(Q(pk__in=list(keys))))
    if rows:
        emit(event="VOUCHER_CODES_DELETED", obj=rows)
        VoucherCode.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def check_ends_after_start(voucher: Voucher) -> None:
    """Raise UserErrors(INVALID) when the voucher ends before it begins."""
    if voucher.end_date is not None and voucher.end_date < voucher.start_date:
        raise UserErrors([MutationError.of("endDate", "End date cannot be before the start date.", "INVALID")])
