"""Raw orders, as Saleor gives them over HTTP to a member of its staff: what the pool and the replay are judged by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tests.accept.stack import STAFF, Stack

PAGE = 50
TOKEN = """mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { code } } }"""
ORDERS = """query($first: Int!, $after: String) {
  orders(first: $first, after: $after) {
    edges { node {
      id number status
      channel { slug }
      privateMetadata { key value }
      created
      shippingAddress { postalCode city country { code } }
      deliveryMethod { __typename ... on ShippingMethod { metadata { key value } } }
      shippingPrice { gross { amount currency } }
      total { gross { amount currency } }
      totalRefunded { amount }
      grantedRefunds { status lines { quantity orderLine { id } } }
      lines { id quantity totalPrice { gross { amount } } variant { sku product { id metadata { key value } } } }
    } }
    pageInfo { hasNextPage endCursor }
  } }"""
PRODUCT = """query($id: ID!) { product(id: $id) { id category { slug } metadata { key value } } }"""


def staff_token(stack: Stack) -> str:
    staff = os.environ if stack.blueprint.engine == "live" else STAFF
    variables = {"email": staff["SALEOR_EMAIL"], "password": staff["SALEOR_PASSWORD"]}
    return str(stack.visitor().graphql(TOKEN, variables)["data"]["tokenCreate"]["token"])


def orders(stack: Stack) -> Iterator[dict[str, Any]]:
    """Yield every order that Saleor holds, in any channel and state. Raises LookupError when Saleor refuses."""
    visitor, token, after = stack.visitor(), staff_token(stack), None
    while True:
        answer = visitor.graphql(ORDERS, {"first": PAGE, "after": after}, token=token)
        if answer.get("errors"):
            raise LookupError(str(answer["errors"])[:1000])
        found = answer["data"]["orders"]
        yield from (edge["node"] for edge in found["edges"])
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]


def categories(stack: Stack, product_ids: Sequence[str]) -> dict[str, str]:
    """Return the category's slug of each product."""
    visitor, token = stack.visitor(), staff_token(stack)
    found = {}
    for each in product_ids:
        product = visitor.graphql(PRODUCT, {"id": each}, token=token)["data"]["product"]
        found[each] = str(product["category"]["slug"])
    return found


def gross(money: dict[str, Any]) -> Decimal:
    return Decimal(str(money["gross"]["amount"]))


def value(metadata: list[dict[str, str]], key: str) -> str:
    return next((each["value"] for each in metadata if each["key"] == key), "")
