"""The one projector of the catalogue: Saleor's product, read again by its id, into the rows that pages read.

An event says only that something may have changed. Each projection takes a ticket before it reads and writes only
when no later ticket has written: a change is always followed by an event whose ticket is taken after the change, so
whatever is skipped here is written by a projection that has read at least as late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from marketplace.catalog import content, models
from marketplace.catalog.queries.listings import view_of_row
from marketplace.kernel import clock
from marketplace.kernel.jobs.actions import enqueue, enqueue_hints, hasten
from marketplace.kernel.jobs.types import Hint
from marketplace.kernel.once import reading_once
from marketplace.kernel.revision import mark_pages_changed
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import MerchantFile
from marketplace.saleor import catalogue
from marketplace.saleor.types import SaleorProduct

INDEX_JOB = "catalog.index"
PROJECT_JOB = "catalog.project"
_NONE = ("", "")
Rows = dict[tuple[str, str], dict[str, Any]]


def project_product(*, product_id: str) -> bool:
    """Bring the read model of one product to what Saleor says now. Returns whether anything shown has changed.

    A product that Saleor does not know (any more), or that no listing of the mall stands for, has no rows. Must be
    called outside a transaction. Raises `SaleorUnavailable`, upon which the caller's job or event runs again.
    """
    listing = models.Listing.objects.filter(product_id=product_id).first()
    if listing is None:
        listing = _adopt(product_id)
    if listing is None:
        return bool(models.CardRow.objects.filter(product_id=product_id).delete()[0])
    ticket = _take_ticket(listing)
    product = catalogue.get_product(product_id=product_id)
    return _write(listing.pk, ticket, product)


def ask_projection(*, product_ids: Iterable[str], within: timedelta = timedelta(0)) -> int:
    """Ask, in the caller's transaction if one is open, that products be projected soon, because their stock moved.

    For changes that no event tells: Saleor says of a promise to an order only that the last piece went, and of one
    taken back only that there is a first piece again. Products that no listing stands for are left out. Arguments:
    `within`, how long it may wait for more of the same (see `hasten_projections`). Returns how many were asked for.
    """
    known = models.Listing.objects.filter(product_id__in=set(product_ids)).values_list("product_id", flat=True)
    hints = [Hint(PROJECT_JOB, str(each), {"product_id": str(each)}) for each in known]
    enqueue_hints(hints=hints, within=within)
    return len(hints)


def hasten_projections() -> int:
    """Let what was asked for at leisure be projected now, because no more of it comes. Returns how many."""
    return hasten(kind=PROJECT_JOB)


def project_merchant(*, merchant_id: str) -> int:
    """Project every live listing of a merchant, because its name, its story or its rules changed. Returns how many
    changed."""
    rows = models.Listing.objects.filter(merchant_id=merchant_id, state=models.Listing.State.LIVE).order_by("pk")
    ids = list(rows.exclude(product_id=None).values_list("product_id", flat=True))
    return sum(project_product(product_id=str(each)) for each in ids)


def project_all() -> int:
    """Project every listing that was ever published. Returns how many changed."""
    rows = models.Listing.objects.exclude(product_id=None).order_by("pk")
    return sum(project_product(product_id=str(each)) for each in list(rows.values_list("product_id", flat=True)))


def planned_rows(listing: models.Listing, product: SaleorProduct | None) -> Rows:
    """Return the rows that ought to be there for a listing: none unless it is live and Saleor has the product."""
    return _plan(listing, product)[0]


def fingerprint(listing: models.Listing, merchant: MerchantFile, *, codes: Collection[str], on_date: date) -> str:
    """Return what a listing's `surroundings` would be were it projected now. Arguments: `merchant`, read as of
    `on_date`; `codes`, the markets that it has rows in."""
    subject = _subject(listing, merchant, on_date)
    return content.fingerprint(subject, content.surroundings(subject, codes))


def digests(listing: models.Listing) -> dict[tuple[str, str], str]:
    """Return the digest of each row that is there, by market and language."""
    return {key: digest for key, (digest, _) in _present(listing).items()}


def mark_changed(listing_id: int) -> None:
    """Say, in the caller's transaction, that pages changed and the search index is behind on a listing."""
    mark_pages_changed()
    _mark_behind(listing_id)


def _mark_behind(listing_id: int) -> None:
    models.Listing.objects.filter(pk=listing_id).update(projected_revision=F("projected_revision") + 1)
    enqueue(kind=INDEX_JOB, key=INDEX_JOB, payload={}, again=True)


def _plan(listing: models.Listing, product: SaleorProduct | None) -> tuple[Rows, str]:
    """Return the rows that ought to be there, and the fingerprint of what they are made from ("" for none)."""
    if product is None or listing.state != models.Listing.State.LIVE:
        return {}, ""
    today = clock.today()
    with reading_once():
        files = merchants.merchant_files(ids=[listing.merchant_id], on_date=today)
        subject = _subject(listing, files[listing.merchant_id], today)
        around = content.surroundings(subject, content.markets_of(product))
        return content.build_rows(subject, product, around), content.fingerprint(subject, around)


def _subject(listing: models.Listing, merchant: MerchantFile, on_date: date) -> content.Subject:
    category = listing.category
    return content.Subject(
        view=view_of_row(listing, merchant.seen),
        merchant=merchant.merchant,
        legal=merchant.legal,
        category_names=category.names,
        top_category=category.parent.slug if category.parent else category.slug,
        published_at=(listing.published_at or listing.created_at).isoformat(),
        on_date=on_date,
    )


def _take_ticket(listing: models.Listing) -> int:
    table = connection.ops.quote_name(models.Listing._meta.db_table)
    with connection.cursor() as cursor:  # one statement, which takes the number that it wrote
        cursor.execute(
            f"UPDATE {table} SET projection_ticket = projection_ticket + 1 WHERE id = %s RETURNING projection_ticket",  # noqa: S608
            [listing.pk],
        )
        return int(cursor.fetchone()[0])


def _write(listing_pk: int, ticket: int, product: SaleorProduct | None) -> bool:
    with transaction.atomic():
        listing = (
            models.Listing.objects.select_for_update(of=("self",))
            .select_related("category", "category__parent")
            .get(pk=listing_pk)
        )
        if listing.projection_written > ticket:
            return False
        wanted, listing.surroundings = _plan(listing, product)
        listing.projection_written = ticket
        listing.save(update_fields=["projection_written", "surroundings"])
        present = _present(listing)
        stale = {key: columns for key, columns in wanted.items() if present.get(key, _NONE)[0] != columns["digest"]}
        gone = present.keys() - wanted.keys()
        for market, language in gone:
            listing.cards.filter(market=market, language=language).delete()
        _write_rows(listing, stale)
        if stale or gone:
            mark_pages_changed()
        if gone or any(present.get(key, _NONE)[1] != columns["searched"] for key, columns in stale.items()):
            _mark_behind(listing.pk)
        return bool(stale or gone)


def _present(listing: models.Listing) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the two digests of each row that is there, by market and language."""
    rows = listing.cards.values_list("market", "language", "digest", "searched")
    return {(market, language): (digest, searched) for market, language, digest, searched in rows}


def _write_rows(listing: models.Listing, rows: Rows) -> None:
    """Make or overwrite all of a listing's rows in one statement: every order of a popular thing comes through here."""
    if not rows:
        return
    key = ("listing", "market", "language")
    models.CardRow.objects.bulk_create(
        [
            models.CardRow(listing=listing, market=market, language=language, **columns)
            for (market, language), columns in rows.items()
        ],
        update_conflicts=True,
        unique_fields=key,
        update_fields=sorted(next(iter(rows.values()))),
    )


def is_adoptable(product: SaleorProduct) -> bool:
    """Whether a product that no listing stands for is one of a merchant of the mall, in a category it knows."""
    return _place(product) is not None


def _place(product: SaleorProduct) -> tuple[str, str, models.Category] | None:
    """Return whose a product is (code and id) and its category, when the mall knows both."""
    code = product.merchant or product.metadata.get("mall.merchant")
    merchant_id = merchants.ids_by_code(codes=[code]).get(code) if code else None
    category = models.Category.objects.filter(slug=product.category).first()
    return (code, merchant_id, category) if code and merchant_id is not None and category is not None else None


def _adopt(product_id: str) -> models.Listing | None:
    """Make a draft for a product that was entered at Saleor itself for a merchant of the mall, so that its owner is
    known. It is shown once it has passed the publish gate like any other."""
    product = catalogue.get_product(product_id=product_id)
    place = product and _place(product)
    if product is None or place is None:
        return None
    code, merchant_id, category = place
    now = clock.now()
    listing, _ = models.Listing.objects.get_or_create(
        product_id=product.id,
        defaults={
            "merchant_id": merchant_id,
            "merchant_code": code,
            "slug": product.slug,
            "names": {"ja": product.name} | ({"en": product.english.name} if product.english.name else {}),
            "descriptions": {"ja": catalogue.plain_text(product.description)},
            "category": category,
            "tax_class": product.tax_class or "standard",
            "weight_g": int(product.weight_g or 0),
            "created_at": now,
            "updated_at": now,
        },
    )
    return listing
