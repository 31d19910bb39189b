"""The cart as Saleor has it, grouped by merchant, with what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.catalog import queries as catalog
from marketplace.checkout import delivery
from marketplace.checkout.types import Address, Cart, CartGroup, CartLine, DeliveryOption, ParcelPromise, say
from marketplace.saleor import checkouts as door
from marketplace.saleor.types import Address as SaleorAddress
from marketplace.saleor.types import SaleorCheckout, SaleorCheckoutLine, SaleorDelivery, SaleorIssue
from plugins.api.money import Money
from plugins.api.types import LandedCost, Listing, PaymentMethod, Problem
from plugins.runtime import hooks


def cart(*, checkout_id: str, language: str, on_date: date) -> Cart | None:
    """Return the cart, or None when Saleor has none of this id (any more: completed, or expired).

    Prices are Saleor's answer. Goods withdrawn since they were put in stay visible, with the problem said.
    """
    checkout = door.get_checkout(checkout_id=checkout_id)
    return read_cart(checkout=checkout, language=language, on_date=on_date) if checkout else None


def read_cart(*, checkout: SaleorCheckout, language: str, on_date: date) -> Cart:
    """Return a checkout that was just read or changed as a cart, without asking Saleor again."""
    views = catalog.listing_views(product_ids=[line.product_id for line in checkout.lines])
    option = delivery_option(found=checkout.delivery) if checkout.delivery else None
    parcels = {parcel.merchant_code: parcel for parcel in option.parcels} if option else {}
    is_known = option is not None or not checkout.is_shipping_required
    problems, landed_cost = _of_destination(checkout, views, on_date)
    return Cart(
        checkout_id=checkout.id,
        market=checkout.channel,
        currency=checkout.currency,
        email=checkout.email,
        groups=_groups(checkout, views, parcels, language),
        goods_total=checkout.subtotal.gross,
        delivery_total=checkout.shipping.gross if is_known else None,
        tax_total=checkout.total.tax,
        total=checkout.total.gross if is_known else None,
        address=_to_address(checkout.shipping_address) if checkout.shipping_address else None,
        delivery=option,
        problems=(*problems, *_of_delivery(checkout.issues)),
        landed_cost=landed_cost,
    )


def delivery_option(*, found: SaleorDelivery) -> DeliveryOption:
    return DeliveryOption(
        id=found.id,
        name=found.name,
        price=found.price,
        parcels=delivery.parcel_promises(found.metadata),
        is_active=found.is_active,
        message=found.message,
    )


def payment_methods(*, market: str) -> tuple[PaymentMethod, ...]:
    """Return the ways to pay in a market, in the order plugins offer them; the test method on demo data alone."""
    is_demo = import_string(settings.MALL_DEMO_CHECK)()
    found: list[PaymentMethod] = hooks.gather("register_payment_methods", market=market)
    return tuple(method for method in found if is_demo or not method.demo_only)


def _to_address(found: SaleorAddress) -> Address:
    return Address(
        family_name=found.last_name,
        given_name=found.first_name,
        country=found.country,
        postal_code=found.postal_code,
        area=found.country_area,
        city=found.city,
        street1=found.street1,
        street2=found.street2,
        company=found.company,
        phone=found.phone,
    )


def _groups(
    checkout: SaleorCheckout,
    views: Mapping[str, Listing],
    parcels: Mapping[str, ParcelPromise],
    language: str,
) -> tuple[CartGroup, ...]:
    by_merchant: dict[str, list[CartLine]] = {}
    names: dict[str, str] = {}
    for line in checkout.lines:
        view = views.get(line.product_id)
        code = view.merchant.code if view else line.merchant
        names[code] = _word(view.merchant.name, language) if view else code
        by_merchant.setdefault(code, []).append(_line(line, view, checkout.issues, language))
    return tuple(
        CartGroup(
            merchant_code=code,
            merchant_name=names[code],
            lines=tuple(lines),
            goods_total=Money(sum((line.total.amount for line in lines), Decimal(0)), checkout.currency),
            parcel=parcels.get(code),
        )
        for code, lines in by_merchant.items()
    )


def _line(line: SaleorCheckoutLine, view: Listing | None, issues: tuple[SaleorIssue, ...], language: str) -> CartLine:
    english = language != "ja"
    return CartLine(
        id=line.id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        slug=view.slug if view else "",
        name=_word(view.name, language) if view else (english and line.english_name) or line.product_name,
        variant_name=(english and line.english_variant_name) or line.variant_name,
        merchant_code=view.merchant.code if view else line.merchant,
        image=line.image_url,
        quantity=line.quantity,
        unit_price=line.unit_price.gross,
        total=line.total.gross,
        problems=tuple(_of_line(issue) for issue in issues if issue.line_id == line.id),
        listing_id=view.id if view else "",
    )


def _of_line(issue: SaleorIssue) -> Problem:
    if issue.kind == "LineProblemInsufficientStock":
        left = issue.available or 0
        return say(
            "checkout.insufficient_stock",
            f"在庫は残り{left}点です。数量を減らしてください。"
            if left
            else "売り切れました。カートから外してください。",
            f"Only {left} left: please lower the quantity." if left else "Sold out: please remove it.",
            field="quantity",
            subject=issue.line_id,
        )
    return say(
        "checkout.not_on_sale",
        "この商品は現在販売していません。カートから外してください。",
        "This is not on sale at the moment: please remove it.",
        subject=issue.line_id,
    )


def _of_delivery(issues: tuple[SaleorIssue, ...]) -> tuple[Problem, ...]:
    if not any(issue.kind.startswith("ProblemDeliveryMethod") for issue in issues):
        return ()
    return (
        say(
            "checkout.delivery_changed",
            "お届け方法が変わりました。もう一度選んでください。",
            "The delivery has changed: please choose it again.",
            field="delivery",
        ),
    )


def _of_destination(
    checkout: SaleorCheckout, views: Mapping[str, Listing], on_date: date
) -> tuple[list[Problem], LandedCost | None]:
    if checkout.shipping_address is None or any(line.product_id not in views for line in checkout.lines):
        return [], None
    basket = delivery.basket_of_checkout(checkout)
    if basket.destination is None or basket.destination.country == delivery.HOME:
        return [], None
    problems = delivery.export_problems(lines=basket.lines, destination=basket.destination, on_date=on_date)
    cost = hooks.first("quote_landed_cost", lines=basket.lines, destination=basket.destination, on_date=on_date)
    return problems, cost


def _word(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["ja"]
