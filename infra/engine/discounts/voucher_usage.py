"""Counting the uses of vouchers, exactly: whoever takes the last one has it, everybody else is refused.

The voucher's row is the lock: its limit is on all its codes together, and its customers are asked under it.
"""

from __future__ import annotations

from django.db.models import F

from infra.engine.discounts.models import Voucher, VoucherCode, VoucherCustomer
from infra.engine.discounts.vouchers import NotApplicable, uses_of
from infra.engine.warehouses.lock_objects import lock


def lock_voucher(pk: int) -> None:
    """Let nobody else count uses of a voucher until the open transaction ends; one that is gone locks nothing."""
    lock(Voucher.objects.filter(pk=pk)).first()


def count_use(*, code: str, email: str | None, with_customer: bool = True) -> None:
    """Count one use of the code by the customer with the e-mail address. Needs an open transaction on `engine`.

    with_customer: false leaves for later who used it, as drafts do: their customer may still change.
    Raises NotApplicable when the last use was taken, the code was switched off, or the customer had the voucher before
    and it is given once per customer; then nothing was counted.
    """
    voucher = lock(Voucher.objects.filter(codes__code=code)).first()
    row = VoucherCode.objects.filter(code=code, is_active=True).first() if voucher is not None else None
    if voucher is None or row is None:
        raise NotApplicable("The voucher is gone.")
    if voucher.usage_limit is not None:
        if uses_of(voucher.pk) >= voucher.usage_limit:
            raise NotApplicable("The voucher is used up.")
        VoucherCode.objects.filter(pk=row.pk).update(used=F("used") + 1)
    if voucher.apply_once_per_customer and with_customer:
        _count_customer(voucher, row, email)
    if voucher.single_use:
        VoucherCode.objects.filter(pk=row.pk).update(is_active=False)


def _count_customer(voucher: Voucher, code: VoucherCode, email: str | None) -> None:
    if not email:
        raise NotApplicable("Unable to apply voucher as customer details are missing.")
    if VoucherCustomer.objects.filter(voucher_code__voucher=voucher, customer_email=email).exists():
        raise NotApplicable("This offer is only valid once per customer.")
    VoucherCustomer.objects.create(voucher_code=code, customer_email=email)


def release_use(*, code: str, email: str | None) -> None:
    """Give one use of the code back; a code that is gone changes nothing. Needs an open transaction on `engine`."""
    voucher = lock(Voucher.objects.filter(codes__code=code)).first()
    if voucher is None:
        return
    if voucher.usage_limit is not None:
        VoucherCode.objects.filter(code=code, used__gt=0).update(used=F("used") - 1)
    if voucher.single_use:
        VoucherCode.objects.filter(code=code).update(is_active=True)
    if email:
        VoucherCustomer.objects.filter(voucher_code__code=code, customer_email=email).delete()
