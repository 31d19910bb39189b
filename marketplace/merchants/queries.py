"""Reads of merchants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import cast

from django.db.models import Q

from marketplace.accounts.types import MemberRole, Membership
from marketplace.kernel.scope import merchant_scope
from marketplace.merchants import models
from marketplace.merchants.types import (
    LEGAL_FIELDS,
    LegalNotice,
    Member,
    Merchant,
    MerchantFile,
    MerchantMissing,
    PayoutAccount,
    Permit,
)
from plugins.api import types as api


def get_merchant(*, code: str) -> Merchant:
    """Return the merchant of `code`. Raises `MerchantMissing`."""
    return _one(code=code)


def get_merchant_by_id(*, merchant_id: str) -> Merchant:
    """Return the merchant of `merchant_id`. Raises `MerchantMissing`."""
    if not str(merchant_id).isdecimal():
        raise MerchantMissing(merchant_id)
    return _one(pk=int(merchant_id))


def list_merchants() -> list[Merchant]:
    """Return every merchant, by code, in one statement."""
    return [_merchant(row) for row in models.Merchant.objects.order_by("code")]


def merchants_by_id(*, ids: Iterable[str]) -> dict[str, Merchant]:
    """Return the merchants of `ids` that exist, in one statement."""
    rows = models.Merchant.objects.filter(pk__in=[int(each) for each in ids])
    return {str(row.pk): _merchant(row) for row in rows}


def ids_by_code(*, codes: Iterable[str]) -> dict[str, str]:
    """Return the merchant id of each code that exists, in one statement."""
    rows = models.Merchant.objects.filter(code__in=list(codes)).values_list("code", "pk")
    return {code: str(pk) for code, pk in rows}


def merchants_for_plugins(*, ids: Iterable[str], on_date: date) -> dict[str, api.Merchant]:
    """Return merchants as plugins see them, with the permits valid on `on_date`, in two statements."""
    rows = models.Merchant.objects.filter(pk__in=[int(each) for each in ids]).prefetch_related("permits")
    return {str(row.pk): _for_plugins(row, on_date) for row in rows}


def legal_notice(*, merchant_id: str) -> LegalNotice | None:
    """Return the merchant's legal notice, or None when it has none yet: it may then sell nothing."""
    row = models.LegalNotice.objects.filter(merchant_id=int(merchant_id)).first()
    return _notice(row) if row else None


def merchant_files(*, ids: Iterable[str], on_date: date) -> dict[str, MerchantFile]:
    """Return all that gate and pages ask of merchants, by id, those that are not there left out; two statements.

    Arguments: `on_date`, the day in Japan whose permits count as valid.
    """
    rows = models.Merchant.objects.filter(pk__in=[int(each) for each in ids]).select_related("legal_notice")
    return {str(row.pk): _file(row, on_date) for row in rows.prefetch_related("permits")}


def ids_with_turning_permits(*, since: date, until: date) -> set[str]:
    """Return the merchants of whom a permit ended or began after `since` and no later than `until`, as seen on that
    day: one whose last day is the day before `until` has ended; one statement."""
    ended = Q(valid_to__gte=since, valid_to__lt=until)
    begun = Q(valid_from__gt=since, valid_from__lte=until)
    return {str(pk) for pk in models.Permit.objects.filter(ended | begun).values_list("merchant_id", flat=True)}


def _notice(row: models.LegalNotice) -> LegalNotice:
    words = {code: row.words(code) for code in LEGAL_FIELDS}
    return LegalNotice(merchant_id=str(row.merchant_id), email=row.email, licences=row.licences, **words)


def permits(*, merchant_id: str, on_date: date | None = None) -> list[Permit]:
    """Return the merchant's permits, newest first; with `on_date` those valid on that day in Japan."""
    rows = models.Permit.objects.filter(merchant_id=int(merchant_id)).order_by("-valid_from", "-id")
    if on_date is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on_date), valid_from__lte=on_date)
    return [
        Permit(row.pk, str(row.merchant_id), row.kind, row.number, row.valid_from, row.valid_to, row.evidence)
        for row in rows
    ]


def memberships(*, user_id: int) -> list[Membership]:
    """Return for which merchants a user works, by merchant code."""
    rows = models.Member.objects.filter(user_id=user_id).order_by("merchant__code")
    return [Membership(str(row.merchant_id), cast(MemberRole, row.role)) for row in rows]


def members(*, merchant_id: str) -> list[Member]:
    """Return who works for a merchant, by e-mail."""
    rows = models.Member.objects.filter(merchant_id=int(merchant_id)).select_related("user").order_by("user__email")
    return [Member(row.user_id, row.user.email, row.user.name, row.role) for row in rows]


def payout_account(*, merchant_id: str) -> PayoutAccount | None:
    """Return where a merchant is paid, or None."""
    with merchant_scope(merchant_id):
        row = models.PayoutAccount.objects.first()
    if row is None:
        return None
    return PayoutAccount(str(row.merchant_id), row.bank_code, row.branch_code, row.kind, row.number, row.holder_kana)


def _one(**where: object) -> Merchant:
    row = models.Merchant.objects.filter(**where).first()
    if row is None:
        raise MerchantMissing(next(iter(where.values())))
    return _merchant(row)


def _merchant(row: models.Merchant) -> Merchant:
    return Merchant(
        id=str(row.pk),
        code=row.code,
        owner_key=row.owner_key,
        name=row.names,
        profile=row.profiles,
        address=row.addresses,
        postal_code=row.postal_code,
        representative=row.representative,
        phone=row.phone,
        email=row.email,
        invoice_number=row.invoice_number,
        joined_on=row.joined_on,
        page_id=row.page_id,
        warehouse_id=row.warehouse_id,
        portrait=row.portrait,
    )


def _for_plugins(row: models.Merchant, on_date: date) -> api.Merchant:
    valid = tuple(
        _permit(each)
        for each in row.permits.all()
        if each.valid_from <= on_date and (each.valid_to is None or on_date <= each.valid_to)
    )
    return api.Merchant(str(row.pk), row.code, row.owner_key, row.names, row.joined_on, valid)


def _permit(row: models.Permit) -> api.Permit:
    return api.Permit(row.kind, row.number, row.valid_from, row.valid_to, str(row.merchant_id))


def _file(row: models.Merchant, on_date: date) -> MerchantFile:
    seen = _for_plugins(row, on_date)
    newest_first = sorted(row.permits.all(), key=lambda each: (each.valid_from, each.pk), reverse=True)
    held = tuple(_permit(each) for each in newest_first)
    legal = getattr(row, "legal_notice", None)
    return MerchantFile(_merchant(row), _notice(legal) if legal else None, seen, replace(seen, permits=held))
