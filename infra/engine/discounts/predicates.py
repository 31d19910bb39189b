"""What the rules of promotions select: variants by catalogue predicates, carts by order predicates.

Predicates are kept as JSON by the contract's names. On one level the conditions of a predicate must all hold, those
of an element of OR need not: one of them is enough, as the contract's reference has it. A predicate without any
condition selects nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Q
from graphql import GraphQLInputType
from graphql.utilities import coerce_input_value

from infra.engine.products.filters import match_metadata, match_where, pks
from infra.engine.products.models import Category, Collection, CollectionProduct, Product, ProductVariant
from infra.engine.products.product_filters import product_where, variant_where
from infra.engine.schema.build import schema

Where = dict[str, Any]


def kept(predicate: Any) -> Any:
    """Return a predicate as it is stored: amounts and moments as text."""
    if isinstance(predicate, dict):
        return {name: kept(value) for name, value in predicate.items()}
    if isinstance(predicate, list):
        return [kept(value) for value in predicate]
    if isinstance(predicate, Decimal):
        return str(predicate)
    return predicate.isoformat() if hasattr(predicate, "isoformat") else predicate


def mixes_operators(predicate: Any) -> bool:
    """Return whether AND or OR stands beside another condition, on any level."""
    if isinstance(predicate, list):
        return any(mixes_operators(part) for part in predicate)
    if not isinstance(predicate, dict):
        return False
    if ("AND" in predicate or "OR" in predicate) and len(predicate) > 1:
        return True
    return any(mixes_operators(part) for part in predicate.values())


def selected_variants(predicate: Where) -> set[int]:
    """Return the pks of the variants that a stored catalogue predicate selects."""
    condition = _combine(_coerced(predicate, "CataloguePredicateInput"), _catalogue_conditions, Q(pk__in=[]))
    return set() if condition is None else set(ProductVariant.objects.filter(condition).values_list("pk", flat=True))


def cart_fits(predicate: Where, *, subtotal: Decimal, total: Decimal) -> bool:
    """Return whether a stored order predicate holds for a cart; amounts are in the rule's currency."""

    def conditions(part: Where) -> list[Any]:
        wanted = part.get("discountedObjectPredicate")
        return [_amounts_fit(wanted, subtotal, total)] if wanted else []

    return bool(_combine(_coerced(predicate, "OrderPredicateInput"), conditions, False))


def _coerced(predicate: Where, type_name: str) -> Where:
    """Return a stored predicate with amounts and moments as values again."""
    kind: GraphQLInputType = schema().type_map[type_name]  # type: ignore[assignment]
    given: Where = coerce_input_value(predicate, kind)
    return given


def _combine(predicate: Where, conditions: Callable[[Where], list[Any]], nothing: Any) -> Any:
    """Return all conditions of a predicate in one (by `&` and `|`), or None when it has none.

    nothing: the condition that never holds, which an OR without conditions is.
    """
    parts = conditions(predicate)
    if predicate.get("AND"):
        parts += [part for each in predicate["AND"] if (part := _combine(each, conditions, nothing)) is not None]
    if predicate.get("OR"):
        parts.append(_any_of(predicate["OR"], conditions, nothing))
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part
    return whole


def _any_of(elements: list[Where], conditions: Callable[[Where], list[Any]], nothing: Any) -> Any:
    either: list[Any] = []
    for each in elements:
        nested = "AND" in each or "OR" in each
        either += [_combine(each, conditions, nothing)] if nested else conditions(each)
    whole: Any = None
    for part in either:
        if part is not None:
            whole = part if whole is None else whole | part
    return nothing if whole is None else whole


def _catalogue_conditions(part: Where) -> list[Any]:
    found = []
    if part.get("productPredicate"):
        products = Product.objects.filter(product_where(part["productPredicate"], None))
        found.append(Q(product_id__in=products.order_by().values("pk")))
    if part.get("variantPredicate"):
        variants = ProductVariant.objects.filter(variant_where(part["variantPredicate"], None))
        found.append(Q(pk__in=variants.order_by().values("pk")))
    if part.get("collectionPredicate"):
        collections = Collection.objects.filter(_where(part["collectionPredicate"], "Collection"))
        members = CollectionProduct.objects.filter(collection__in=collections.order_by().values("pk"))
        found.append(Q(product_id__in=members.order_by().values("product_id")))
    if part.get("categoryPredicate"):
        # The goods of the categories themselves: those of their children are not selected by the contract, either.
        categories = Category.objects.filter(_where(part["categoryPredicate"], "Category"))
        found.append(Q(product__category_id__in=categories.order_by().values("pk")))
    return found


def _where(where: Where, type_name: str) -> Q:
    """Return the condition of a CategoryWhereInput or CollectionWhereInput."""
    return match_where(where, {"metadata": match_metadata, "ids": lambda wanted: Q(pk__in=pks(wanted, type_name))})


def _amounts_fit(where: Where, subtotal: Decimal, total: Decimal) -> bool:
    parts = []
    for name, wanted in where.items():
        if name == "AND":
            parts += [_amounts_fit(part, subtotal, total) for part in wanted]
        elif name == "OR":
            parts.append(any(_amounts_fit(part, subtotal, total) for part in wanted))
        else:
            parts.append(_amount_fits(wanted, subtotal if name == "baseSubtotalPrice" else total))
    return all(parts)


def _amount_fits(wanted: Where | None, amount: Decimal) -> bool:
    if not wanted:
        return False
    if wanted.get("eq") is not None:
        return bool(amount == wanted["eq"])
    if wanted.get("oneOf"):
        return amount in wanted["oneOf"]
    bounds = wanted.get("range") or {}
    low, high = bounds.get("gte"), bounds.get("lte")
    if low is None and high is None:
        return False
    return (low is None or amount >= low) and (high is None or amount <= high)
