"""Writes of merchants. What plugins and the catalogue must know is told in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.conf import settings
from django.db import transaction

from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.revision import mark_pages_changed
from marketplace.merchants import models
from marketplace.merchants.invoice_numbers import check_invoice_number
from marketplace.merchants.portraits import store_portrait
from marketplace.merchants.queries import get_merchant, get_merchant_by_id, merchants_for_plugins
from marketplace.merchants.types import LEGAL_FIELDS, Merchant, UnableToJoin, UnableToSave
from marketplace.saleor import catalogue, site
from marketplace.saleor.types import Address
from plugins.api.types import MerchantJoined, Words
from plugins.runtime import hooks

OPEN_JOB = "merchants.open_at_saleor"
RECHECK_JOB = "catalog.recheck_merchant"
HOME_AREA, HOME_CITY = "東京都", "墨田区"


def join_merchant(
    *,
    code: str,
    owner_key: str,
    name: Words,
    address: Words,
    representative: str,
    phone: str,
    email: str,
    joined_on: date,
    legal_notice: Mapping[str, Words],
    actor: str,
    postal_code: str = "",
    profile: Words | None = None,
    invoice_number: str = "",
    is_corporation: bool = False,
) -> Merchant:
    """Make a merchant a member, with its legal notice; a job then opens its page and warehouse at Saleor.

    Raises `UnableToJoin` when the code is taken or the Japanese name is missing, `UnableToSave` for an incomplete
    legal notice or an invoice number that cannot be one. Plugins get `merchant_joined`.
    """
    if not name.get("ja"):
        raise UnableToJoin("the Japanese name is missing")
    _check_notice(legal_notice)
    _check_number(invoice_number, is_corporation)
    row = models.Merchant(
        code=code,
        owner_key=owner_key,
        names=dict(name),
        profiles=dict(profile or {}),
        addresses=dict(address),
        postal_code=postal_code,
        representative=representative,
        phone=phone,
        email=email,
        invoice_number=invoice_number,
        is_corporation=is_corporation,
        joined_on=joined_on,
    )
    _bring_in(row, legal_notice, actor)
    return get_merchant(code=code)


def _bring_in(row: models.Merchant, legal_notice: Mapping[str, Words], actor: str) -> None:
    with transaction.atomic():
        if models.Merchant.objects.filter(code=row.code).exists():
            raise UnableToJoin(f"the code {row.code} is taken")
        row.save()
        key = str(row.pk)
        _save_notice(row.pk, legal_notice, row.email)
        record(actor=actor, action="merchants.merchant.joined", subject=f"merchant:{key}", detail={"code": row.code})
        enqueue(kind=OPEN_JOB, key=key, payload={"merchant_id": key})
        seen = merchants_for_plugins(ids=[key], on_date=row.joined_on)[key]
        hooks.notify("merchant_joined", event=MerchantJoined(seen, clock.now()))


def open_at_saleor(*, merchant_id: str) -> Merchant:
    """Give the merchant its page and warehouse at Saleor, found by code or made. Again changes nothing.

    The warehouse has no telephone: Saleor refuses numbers that do not exist, and nobody calls a warehouse. Raises
    `SaleorUnavailable` or `SaleorRefused`; what was made until then is found again by the next call.
    """
    merchant = get_merchant_by_id(merchant_id=merchant_id)
    if not (merchant.page_id and merchant.warehouse_id):
        address = Address(
            country="JP",
            postal_code=merchant.postal_code,
            country_area=HOME_AREA,
            city=getattr(settings, "MALL_WARD", HOME_CITY),
            street1=merchant.address["ja"],
            company=merchant.name["ja"],
        )
        english = merchant.name.get("en", "")
        opened = site.ensure_merchant(
            code=merchant.code, name=merchant.name["ja"], english_name=english, address=address
        )
        rows = models.Merchant.objects.filter(pk=int(merchant.id))
        rows.update(page_id=opened.page_id, warehouse_id=opened.warehouse_id)
    return get_merchant_by_id(merchant_id=merchant_id)


def reconcile(*, is_dry_run: bool = False) -> Iterator[str]:
    """Compare every merchant's page and warehouse at Saleor with the merchant, and repair; yields what differed.

    A page or warehouse that is gone is made anew (products are given the new page by the catalogue's own pass; what
    lay in a lost warehouse is the merchant's to count), a name that was changed at Saleor is set back: the mall owns
    it. Merchants that Saleor was never told of are the job's that opens them.
    """
    warehouses = set(site.list_warehouses().values())
    for row in models.Merchant.objects.exclude(page_id="").order_by("pk").iterator(chunk_size=100):
        page = catalogue.get_page(slug=row.code)
        found = []
        if page is None or page.id != row.page_id:
            found.append("no page")
        elif (page.title, page.english.name) != (row.names["ja"], row.names.get("en", "")):
            found.append("another name")
        if row.warehouse_id not in warehouses:
            found.append("no warehouse")
        if found and not is_dry_run:
            if page is not None and page.title != row.names["ja"]:
                catalogue.update_page(page_id=page.id, title=row.names["ja"])
            models.Merchant.objects.filter(pk=row.pk).update(page_id="", warehouse_id="")
            open_at_saleor(merchant_id=str(row.pk))
        yield from (f"{row.code} {what}" for what in found)


def add_member(*, merchant_id: str, user_id: int, role: str, actor: str) -> None:
    """Let a user work for a merchant as "owner" or "staff"; a second call changes the role."""
    assert role in models.Member.Role.values
    with transaction.atomic():
        models.Member.objects.update_or_create(merchant_id=int(merchant_id), user_id=user_id, defaults={"role": role})
        record(
            actor=actor,
            action="merchants.member.added",
            subject=f"merchant:{merchant_id}",
            detail={"user": user_id, "role": role},
        )


def add_permit(
    *, merchant_id: str, kind: str, number: str, valid_from: date, valid_to: date | None, evidence: str, actor: str
) -> None:
    """Keep a permit, valid through `valid_to` inclusive, and have the merchant's listings checked again.

    Raises `UnableToSave` when it would end before it begins. The same permit twice changes its end and evidence.
    """
    if valid_to is not None and valid_to < valid_from:
        raise UnableToSave({"valid_to": "ends before it begins"})
    with transaction.atomic():
        models.Permit.objects.update_or_create(
            merchant_id=int(merchant_id),
            kind=kind,
            number=number,
            valid_from=valid_from,
            defaults={"valid_to": valid_to, "evidence": evidence},
        )
        record(
            actor=actor,
            action="merchants.permit.added",
            subject=f"merchant:{merchant_id}",
            detail={"kind": kind, "number": number},
        )
        _ask_recheck(merchant_id)


def renew_permit(
    *, merchant_id: str, kind: str, number: str, valid_from: date, valid_to: date | None, evidence: str, actor: str
) -> None:
    """Keep the next term of a permit; the former stays as it was. Listings withdrawn for it come back by the check."""
    add_permit(
        merchant_id=merchant_id,
        kind=kind,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
        evidence=evidence,
        actor=actor,
    )


def update_legal_notice(*, merchant_id: str, fields: Mapping[str, Words], email: str, actor: str) -> None:
    """Replace the legal notice. Raises `UnableToSave` when one of the eleven fields lacks ja or en; nothing changes."""
    _check_notice(fields)
    with transaction.atomic():
        _save_notice(int(merchant_id), fields, email)
        record(actor=actor, action="merchants.legal_notice.updated", subject=f"merchant:{merchant_id}")
        _ask_recheck(merchant_id)


def set_portrait(*, merchant_id: str, content: bytes, actor: str) -> None:
    """Show a picture (JPEG, PNG or WebP) as the merchant's own, in place of any before.

    Raises `UnableToSave` for what is no picture, `MerchantMissing`; nothing changes then.
    """
    found = get_merchant_by_id(merchant_id=merchant_id)
    portrait = store_portrait(code=found.code, content=content)
    with transaction.atomic():
        models.Merchant.objects.filter(pk=int(merchant_id)).update(portrait=portrait)
        mark_pages_changed()
        record(actor=actor, action="merchants.portrait.changed", subject=f"merchant:{merchant_id}")


def _ask_recheck(merchant_id: str) -> None:
    enqueue(kind=RECHECK_JOB, key=merchant_id, payload={"merchant_id": merchant_id}, again=True)


def _save_notice(merchant_pk: int, fields: Mapping[str, Words], email: str) -> None:
    values = {"fields": {code: dict(fields[code]) for code in LEGAL_FIELDS}, "email": email, "updated_at": clock.now()}
    models.LegalNotice.objects.update_or_create(merchant_id=merchant_pk, defaults=values)
    mark_pages_changed()


def _check_notice(fields: Mapping[str, Words]) -> None:
    missing = {
        code: f"missing in {language}"
        for code in LEGAL_FIELDS
        for language in ("ja", "en")
        if not fields.get(code, {}).get(language, "").strip()
    }
    if missing:
        raise UnableToSave(missing)


def _check_number(number: str, is_corporation: bool) -> None:
    if number and (verdict := check_invoice_number(number, is_corporation=is_corporation)) in ("format", "check_digit"):
        raise UnableToSave({"invoice_number": verdict})
