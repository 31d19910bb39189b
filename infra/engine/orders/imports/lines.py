"""The lines of an order brought along from elsewhere: what they cost is said, not worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from infra.engine.money import TOO_MUCH, ZERO, quantize
from infra.engine.orders import pricing
from infra.engine.orders.imports.known import VARIANT, Known, Said
from infra.engine.orders.imports.types import ImportedLine, ImportedOrder, Spoiled
from infra.engine.orders.models import OrderLine, OrderLineDiscount
from infra.engine.products.models import ProductVariant
from infra.engine.schema.ids import to_global_id

#: how far the clock of where the orders come from may be ahead
AHEAD = timedelta(minutes=5)
RATE_STEP = Decimal("0.0001")
#: tax rates are kept with this bound; a higher one is nobody's
MAX_RATE = Decimal(100)
OVER_GROSS = "Net price can't be greater then gross price."
TEXTS = {"metadata": "metadata", "privateMetadata": "private_metadata"}


@dataclass(frozen=True, slots=True)
class Prices:
    """What a line costs (net, gross), with and without its discounts."""

    net: Decimal
    gross: Decimal
    plain_net: Decimal
    plain_gross: Decimal

    @classmethod
    def of(cls, said: Said, currency: str) -> Prices:
        total, plain = said["totalPrice"], said["undiscountedTotalPrice"]
        amounts = (total["net"], total["gross"], plain["net"], plain["gross"])
        return cls(*(quantize(min(amount, TOO_MUCH), currency) for amount in amounts))

    @property
    def highest(self) -> Decimal:
        return max(self.net, self.gross, self.plain_net, self.plain_gross)

    def per_piece(self, quantity: int, currency: str) -> Prices:
        amounts = (self.net, self.gross, self.plain_net, self.plain_gross)
        return Prices(*(quantize(amount / quantity, currency) for amount in amounts))


def is_later(moment: datetime) -> bool:
    """Return whether the moment is yet to come, beyond what clocks may differ."""
    return moment >= timezone.now() + AHEAD


def texts(made: ImportedOrder, pairs: list[dict[str, str]] | None, path: str) -> dict[str, str]:
    """Return [MetadataInput] as a dict; without those that have no key, which is among the order's errors."""
    if any(not pair["key"].strip() for pair in pairs or ()):
        made.blame(path, "Metadata key cannot be empty.", "METADATA_KEY_REQUIRED")
    return {pair["key"]: pair["value"] for pair in pairs or () if pair["key"].strip()}


def class_texts(made: ImportedOrder, said: Said, prefix: str, path: str) -> dict[str, dict[str, str]]:
    """Return the metadata of a tax class as the input says it: fields `prefix`Metadata and `prefix`PrivateMetadata."""
    stem = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in prefix)
    return {
        "metadata": texts(made, said.get(f"{prefix}Metadata"), f"{path}.{stem}_metadata"),
        "private_metadata": texts(made, said.get(f"{prefix}PrivateMetadata"), f"{path}.{stem}_private_metadata"),
    }


def rate(said: Decimal | None, net: Decimal, gross: Decimal) -> Decimal:
    """Return a tax rate as a fraction, of four places: the one said, or else what the prices say."""
    if said is None:
        said = gross / net - 1 if net > 0 else Decimal(0)
    return min(said, MAX_RATE).quantize(RATE_STEP)


def make_line(made: ImportedOrder, said: Said, known: Known, index: int, *, with_tax: bool) -> ImportedLine:
    """Return a line that is not saved. with_tax: whether the channel's prices are entered with tax.

    Raises Spoiled when there can be no such line, or no order any more.
    """
    path = f"lines.{index}"
    variant = known.find(made, said, "ProductVariant", VARIANT, path)
    if variant is None and not said.get("productName"):
        text = "Order line input must contain product name when no variant provided."
        raise made.spoil(path, text, "REQUIRED")
    warehouse = known.find(made, said, "Warehouse", {"warehouse": "pk"}, path)
    if warehouse is None:
        made.is_spoiled = True
        raise Spoiled("no warehouse")
    tax_class = known.find(made, said, "TaxClass", {"taxClassId": "pk"}, path)
    prices = Prices.of(said, made.order.currency)
    _check_prices(made, said, prices, path)
    if is_later(said["createdAt"]):
        made.blame(f"{path}.created_at", "Order line input contains future date.", "FUTURE_DATE")
    line = OrderLine(
        order=made.order,
        position=index,
        is_shipping_required=said["isShippingRequired"],
        is_gift_card=said["isGiftCard"],
        quantity=said["quantity"],
        currency=made.order.currency,
        tax_rate=rate(said.get("taxRate"), prices.net, prices.gross),
        tax_class=tax_class,
        tax_class_name=said.get("taxClassName"),
        **_names(said, variant),
        **{column: texts(made, said.get(name), f"{path}.{column}") for name, column in TEXTS.items()},
        class_texts=class_texts(made, said, "taxClass", path),
    )
    _set_prices(line, said, prices, with_tax=with_tax)
    _check_discount(made, line, path)
    return ImportedLine(line, warehouse.pk, _discount(line))


def _names(said: Said, variant: ProductVariant | None) -> dict[str, Any]:
    """Return the columns that say what was sold; what is not said is as the variant has it."""
    return {
        "variant": variant,
        "product_name": said.get("productName") or (variant.product.name if variant else ""),
        "variant_name": said.get("variantName") or (variant.name if variant else ""),
        "translated_product_name": said.get("translatedProductName") or "",
        "translated_variant_name": said.get("translatedVariantName") or "",
        "product_sku": said.get("productSku"),
        "product_variant_id": to_global_id("ProductVariant", variant.pk) if variant else None,
    }


def _check_prices(made: ImportedOrder, said: Said, prices: Prices, path: str) -> None:
    """Raise Spoiled unless the line has pieces and its prices make sense beside each other."""
    if said["quantity"] < 1:
        text = "Invalid quantity. Must be integer greater then or equal to 1."
        made.spoil(f"{path}.quantity", text, "INVALID_QUANTITY")
    if prices.gross < prices.net:
        made.spoil(f"{path}.total_price", OVER_GROSS, "PRICE_ERROR")
    if prices.plain_gross < prices.plain_net:
        made.spoil(f"{path}.undiscounted_total_price", OVER_GROSS, "PRICE_ERROR")
    if prices.plain_gross < prices.gross or prices.plain_net < prices.net:
        text = "Total price can't be greater then undiscounted total price."
        made.spoil(f"{path}.undiscounted_total_price", text, "PRICE_ERROR")
    if max(prices.highest, said.get("unitDiscountValue") or ZERO) >= TOO_MUCH:
        made.spoil(f"{path}.undiscounted_total_price", "Price is too high.", "PRICE_ERROR")
    if made.is_spoiled:
        raise Spoiled("no such prices")


def _set_prices(line: OrderLine, said: Said, prices: Prices, *, with_tax: bool) -> None:
    piece = prices.per_piece(line.quantity, line.currency)
    for name, amounts in (("unit", piece), ("total", prices)):
        setattr(line, f"{name}_net", amounts.net)
        setattr(line, f"{name}_gross", amounts.gross)
        setattr(line, f"undiscounted_{name}_net", amounts.plain_net)
        setattr(line, f"undiscounted_{name}_gross", amounts.plain_gross)
    line.unit_discount_amount = piece.plain_net - piece.net
    line.unit_discount_type = said.get("unitDiscountType")
    line.unit_discount_value = said.get("unitDiscountValue") or ZERO
    line.unit_discount_reason = said.get("unitDiscountReason")
    line.undiscounted_base_unit_price = piece.plain_gross if with_tax else piece.plain_net
    line.base_unit_price = line.undiscounted_base_unit_price - line.unit_discount_amount


def _check_discount(made: ImportedOrder, line: OrderLine, path: str) -> None:
    """Keep among the order's errors that the discount said is not what lies between the line's prices."""
    if not line.unit_discount_value or not line.unit_discount_type:
        return
    reduced = pricing.take_off(
        line.undiscounted_unit_net,
        value=line.unit_discount_value,
        value_type=line.unit_discount_type,
        currency=line.currency,
    )
    if reduced != line.unit_net:
        text = "Provided discount value doesn't match with provided line amounts."
        made.blame(f"{path}.unit_discount_value", text, "PRICE_ERROR")


def _discount(line: OrderLine) -> OrderLineDiscount | None:
    if line.unit_discount_amount <= 0:
        return None
    return OrderLineDiscount(
        line=line,
        type="MANUAL",
        value_type=line.unit_discount_type or "FIXED",
        value=line.unit_discount_value,
        amount_value=line.unit_discount_amount * line.quantity,
        currency=line.currency,
        reason=line.unit_discount_reason,
    )
