"""Everything that the orders of a batch name, read in as many statements as there are kinds of things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from graphql.pyutils import camel_to_snake

from infra.engine.apps.models import App
from infra.engine.customers.models import User
from infra.engine.discounts.models import VoucherCode
from infra.engine.giftcards.models import GiftCard
from infra.engine.orders.imports.types import ImportedOrder
from infra.engine.orders.models import Order
from infra.engine.products.models import Channel, ProductVariant, TaxClass
from infra.engine.schema.ids import InvalidId, from_global_id, int_pk
from infra.engine.shipping.models import ShippingMethod, ShippingMethodListing
from infra.engine.warehouses.models import Warehouse

Said = dict[str, Any]
USER = {"id": "pk", "email": "email", "externalReference": "external_reference"}
NOTE_USER = {"userId": "pk", "userEmail": "email", "userExternalReference": "external_reference"}
VARIANT = {"variantId": "pk", "variantExternalReference": "external_reference", "variantSku": "sku"}
#: kind: (model, related rows read with it)
MODELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "User": (User, ()),
    "ProductVariant": (ProductVariant, ("product",)),
    "Channel": (Channel, ()),
    "VoucherCode": (VoucherCode, ()),
    "Warehouse": (Warehouse, ()),
    "ShippingMethod": (ShippingMethod, ("tax_class",)),
    "TaxClass": (TaxClass, ()),
    "App": (App, ()),
    "GiftCard": (GiftCard, ()),
    "Order": (Order, ()),
}
BY_UUID = ("Warehouse", "Order")


class Known:
    """The rows that a batch names, by kind, column and value."""

    def __init__(self, orders: list[Said]) -> None:
        wanted: dict[str, dict[str, set[Any]]] = {}
        for kind, column, value in _named(orders):
            key = _key(kind, value) if column == "pk" else value
            if key is not None:
                wanted.setdefault(kind, {}).setdefault(column, set()).add(key)
        self._rows: dict[tuple[str, str, Any], Any] = {}
        for kind, columns in wanted.items():
            model, related = MODELS[kind]
            where = Q()
            for column, values in columns.items():
                where |= Q(**{f"{column}__in": values})
            for row in model.objects.filter(where).select_related(*related):
                for column in columns:
                    self._rows[kind, column, getattr(row, column)] = row
        methods = [row for (kind, _, _), row in self._rows.items() if kind == "ShippingMethod"]
        self.listings = {}
        if methods:
            rows = ShippingMethodListing.objects.filter(method__in=methods)
            self.listings = {(row.method_id, row.channel_id): row.price_amount for row in rows}

    def get(self, kind: str, column: str, value: Any) -> Any:
        """Return the row with the value in the column, or None."""
        return self._rows.get((kind, column, value))

    def find(self, made: ImportedOrder, said: Said, kind: str, keys: dict[str, str], path: str = "") -> Any:
        """Return the row that one of the input's `keys` names; else None, and why is among the order's errors.

        keys: input field: column. Where there are several, exactly one is to be said.
        """
        given = [name for name in keys if said.get(name) is not None]
        names = ", ".join(keys)
        if len(keys) > 1 and len(given) > 1:
            text = f"Only one of [{names}] arguments can be provided to resolve {kind} instance."
            made.blame(path or None, text, "TOO_MANY_IDENTIFIERS")
            return None
        if len(keys) > 1 and not given:
            text = f"One of [{names}] arguments must be provided to resolve {kind} instance."
            made.blame(path or None, text, "REQUIRED")
            return None
        name = next((name for name in keys if said.get(name)), None)
        if name is None:
            made.blame(path or None, f"Can't return {kind} instance.", "NOT_FOUND")
            return None
        return self._found(made, kind, keys[name], said[name], ".".join(filter(None, (path, camel_to_snake(name)))))

    def _found(self, made: ImportedOrder, kind: str, column: str, value: str, path: str) -> Any:
        if column == "pk":
            try:
                from_global_id(value, kind)
            except InvalidId as wrong:
                made.blame(path, str(wrong), "INVALID")
                return None
        row = self.get(kind, column, _key(kind, value) if column == "pk" else value)
        if row is None:
            made.blame(path, f"{kind} instance with {column}={value} doesn't exist.", "NOT_FOUND")
        return row


def _key(kind: str, gid: str) -> Any:
    """Return the key inside a global id, or None when it cannot be one of `kind`."""
    try:
        pk = from_global_id(gid, kind)
        return UUID(pk) if kind in BY_UUID else int_pk(gid, kind)
    except (InvalidId, ValueError):
        return None


def _all(kind: str, keys: dict[str, str], said: Said) -> Iterator[tuple[str, str, Any]]:
    for name, column in keys.items():
        if said.get(name):
            yield kind, column, said[name]


def _named(orders: Iterable[Said]) -> Iterator[tuple[str, str, Any]]:
    for order in orders:
        yield from _all("User", USER, order["user"])
        yield from _all("Channel", {"channel": "slug"}, order)
        yield from _all("VoucherCode", {"voucherCode": "code"}, order)
        yield from _all("Order", {"externalReference": "external_reference"}, order)
        delivery = order.get("deliveryMethod") or {}
        yield from _all("Warehouse", {"warehouseId": "pk"}, delivery)
        yield from _all("ShippingMethod", {"shippingMethodId": "pk"}, delivery)
        yield from _all("TaxClass", {"shippingTaxClassId": "pk"}, delivery)
        for note in order.get("notes") or ():
            yield from _all("User", NOTE_USER, note)
            yield from _all("App", {"appId": "pk"}, note)
        parcels = order.get("fulfillments") or ()
        for line in (*order["lines"], *(line for parcel in parcels for line in parcel.get("lines") or ())):
            yield from _all("ProductVariant", VARIANT, line)
            yield from _all("Warehouse", {"warehouse": "pk"}, line)
            yield from _all("TaxClass", {"taxClassId": "pk"}, line)
        for code in order.get("giftCards") or ():
            yield "GiftCard", "code", code
