"""One listing written at Saleor, idempotently: every step looks at what is there and makes only what is missing.

Never called inside a transaction: the door refuses it.
"""

from __future__ import annotations

import mimetypes

from marketplace.catalog import models
from marketplace.catalog.queries.listings import variants_from_json
from marketplace.catalog.types import VariantDraft
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import Merchant
from marketplace.saleor import catalogue, site
from marketplace.saleor.types import SaleorProduct, SaleorVariant, SiteIds, Text


def write_listing(row: models.Listing, *, is_published: bool, ids: SiteIds | None = None) -> None:
    """Make Saleor's product what the listing says: texts, variants, prices, stock, pictures; then show or hide it.

    `ids`, of the shop, is for who writes many listings in a row and has asked for them just before.

    Keeps the product's id in the row as soon as there is one. Raises what the door raises; again completes it.
    """
    ids = ids or site.get_site()
    merchant = merchants.get_merchant_by_id(merchant_id=row.merchant_id)
    product = _ensure_product(row, ids, merchant)
    _translate(row, product)
    listed = {code: listing.is_published for code, listing in product.listings.items()}
    hidden = {ids.channels[code].id: False for code in row.markets if code not in listed}
    if hidden:
        catalogue.list_in_channels(product_id=product.id, channels=hidden)
    for draft in variants_from_json(row.variants):
        _write_variant(draft, product, ids, merchant)
    _forget_stock(row)
    _write_pictures(row, product)
    _show(row, product, ids, is_published=is_published)


def write_state(listing_id: int) -> None:
    """Make Saleor say of a listing with a product what the mall says: all of it when live, hidden when not.

    Told again when it was put on or off sale meanwhile: whoever writes last has read the state that stays. What was
    changed while it was off sale goes along when it comes back. Raises what the door raises.
    """
    is_told = None
    while (row := models.Listing.objects.select_related("category").get(pk=listing_id)).state != is_told:
        is_told = row.state
        if row.state == models.Listing.State.LIVE:
            write_listing(row, is_published=True)
        else:
            write_channels(row, is_published=False)


def write_channels(row: models.Listing, *, is_published: bool) -> None:
    """Show the product in the listing's markets and hide it in all others it is known in, or hide it everywhere."""
    assert row.product_id
    product = catalogue.get_product(product_id=row.product_id)
    if product is not None:
        _show(row, product, site.get_site(), is_published=is_published)


def _show(row: models.Listing, product: SaleorProduct, ids: SiteIds, *, is_published: bool) -> None:
    """Publish or hide `product`, as read before it was listed in further channels: there it was listed hidden."""
    changes: dict[str, bool] = {}
    for code in sorted({*row.markets, *product.listings}):
        wanted = is_published and code in row.markets
        listing = product.listings.get(code)
        is_there = listing is not None and listing.is_published and listing.is_for_sale
        if code in ids.channels and (wanted != is_there or (listing is None and wanted)):
            changes[ids.channels[code].id] = wanted
    if changes:
        catalogue.list_in_channels(product_id=product.id, channels=changes)


def write_stock(row: models.Listing, *, sku: str, quantity: int) -> None:
    """Set how many pieces of a variant lie in the merchant's warehouse. Raises `LookupError` for an unknown SKU."""
    product = catalogue.get_product(product_id=str(row.product_id))
    merchant = merchants.get_merchant_by_id(merchant_id=row.merchant_id)
    variant = next((each for each in (product.variants if product else ()) if each.sku == sku), None)
    if variant is None:
        raise LookupError(sku)
    catalogue.set_stock(variant_id=variant.id, warehouse_id=merchant.warehouse_id, quantity=quantity)


def _ensure_product(row: models.Listing, ids: SiteIds, merchant: Merchant) -> SaleorProduct:
    reference = f"mall.listing.{row.slug}"  # not the row's number: another database of the mall counts from 1 again
    found = (
        catalogue.get_product(product_id=row.product_id)
        if row.product_id
        else catalogue.find_product(external_reference=reference)
    )
    attributes = [{"id": ids.attributes["merchant"], "reference": merchant.page_id}]
    fields = {
        "name": row.names["ja"],
        "slug": row.slug,
        "description": row.descriptions.get("ja", ""),
        "category_id": row.category.saleor_id,
        "tax_class_id": ids.tax_classes[row.tax_class],
        "weight_g": row.weight_g,
    }
    if found is None:
        product_id = catalogue.create_product(
            **fields,
            product_type_id=ids.product_type,
            merchant=merchant.code,
            attributes=attributes,
            external_reference=reference,
            private_metadata={"mall.listing": str(row.pk)},
        )
    else:
        product_id = found.id
        catalogue.update_product(product_id=product_id, attributes=attributes, **fields)
        if found.metadata.get("mall.merchant") != merchant.code:
            catalogue.set_metadata(object_id=product_id, values={"mall.merchant": merchant.code})
    if row.product_id != product_id:
        row.product_id = product_id
        row.save(update_fields=["product_id"])
    product = catalogue.get_product(product_id=product_id)
    assert product is not None
    return product


def _translate(row: models.Listing, product: SaleorProduct) -> None:
    text = Text(name=row.names.get("en", ""), description=row.descriptions.get("en", ""))
    described = catalogue.plain_text(product.english.description)
    if text.name and (text.name, text.description) != (product.english.name, described):
        catalogue.translate(kind="product", object_id=product.id, language="en", text=text)


def _write_variant(draft: VariantDraft, product: SaleorProduct, ids: SiteIds, merchant: Merchant) -> None:
    found = next((each for each in product.variants if each.sku == draft.sku), None)
    name = draft.name.get("ja", "")
    if found is None:
        variant_id = catalogue.create_variant(
            product_id=product.id,
            sku=draft.sku,
            name=name,
            warehouse_id=merchant.warehouse_id,
            quantity=draft.stock or 0,
        )
    else:
        variant_id = found.id
        _update_variant(found, draft, merchant, name)
    if draft.name.get("en") and (found is None or found.english_name != draft.name["en"]):
        catalogue.translate(kind="variant", object_id=variant_id, language="en", text=Text(name=draft.name["en"]))
    prices = {
        ids.channels[code].id: price
        for code, price in draft.prices.items()
        if code in ids.channels and (found is None or found.prices.get(code) != price)
    }
    if prices:
        catalogue.set_prices(variant_id=variant_id, prices=prices)


def _update_variant(found: SaleorVariant, draft: VariantDraft, merchant: Merchant, name: str) -> None:
    if name and found.name != name:
        catalogue.update_variant(variant_id=found.id, name=name)
    held = sum(stock.quantity for stock in found.stocks if stock.warehouse_id == merchant.warehouse_id)
    if draft.stock is not None and held != draft.stock:
        catalogue.set_stock(variant_id=found.id, warehouse_id=merchant.warehouse_id, quantity=draft.stock)


def _forget_stock(row: models.Listing) -> None:
    """Drop the stored numbers of pieces, once Saleor has them and before anything is sold.

    From here on Saleor counts: writing the first number again with the next picture would bring back what was sold.
    """
    written = row.variants
    row.variants = [{**each, "stock": None} for each in written]
    models.Listing.objects.filter(pk=row.pk, variants=written).update(variants=row.variants)


def _write_pictures(row: models.Listing, product: SaleorProduct) -> None:
    """Upload the pictures that Saleor lacks. One uploaded by a call that broke off is known by its alternative text."""
    present = {media.id: media.alt for media in product.media}
    claimed = set(row.pictures.exclude(saleor_media_id="").values_list("saleor_media_id", flat=True))
    for picture in row.pictures.all():
        if picture.saleor_media_id in present:
            continue
        alt = picture.alt.get("ja") or row.names["ja"]
        orphan = next((key for key, text in present.items() if text == alt and key not in claimed), "")
        with picture.file.open("rb") as file:
            media_id = orphan or catalogue.add_picture(
                product_id=product.id,
                filename=str(picture.file.name).rpartition("/")[2],
                content_type=mimetypes.guess_type(str(picture.file.name))[0] or "image/png",
                content=file.read(),
                alt=alt,
            )
        claimed.add(media_id)
        picture.saleor_media_id = media_id
        picture.save(update_fields=["saleor_media_id"])
