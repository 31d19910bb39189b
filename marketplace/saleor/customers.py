"""Shoppers' accounts at Saleor. Their tokens live in the shopper's session; the mall keeps no shopper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.saleor import reading
from marketplace.saleor.client import execute
from marketplace.saleor.types import Address, SaleorOrderSummary, SaleorTokens, SaleorUser


def register(*, email: str, password: str, language: str, channel: str, redirect_url: str, last_name: str = "") -> None:
    """Open an account. Saleor answers the same whether or not the address is known; the mail tells its owner."""
    fields = {
        "email": email,
        "password": password,
        "languageCode": language.upper().replace("-", "_"),
        "channel": channel,
        "redirectUrl": redirect_url,
        "lastName": last_name,
    }
    execute("AccountRegister", {"input": fields}, token=None)


def confirm(*, email: str, token: str) -> None:
    """Confirm an address with the token from the mail."""
    execute("ConfirmAccount", {"email": email, "token": token}, token=None)


def sign_in(*, email: str, password: str) -> SaleorTokens:
    """Raises `SaleorRefused` with INVALID_CREDENTIALS or ACCOUNT_NOT_CONFIRMED."""
    return _tokens(execute("TokenCreate", {"email": email, "password": password}, token=None)["tokenCreate"])


def refresh(*, refresh_token: str) -> str:
    """Return a new access token."""
    return str(execute("TokenRefresh", {"refreshToken": refresh_token}, token=None)["tokenRefresh"]["token"])


def request_password_reset(*, email: str, redirect_url: str, channel: str) -> None:
    variables = {"email": email, "redirectUrl": redirect_url, "channel": channel}
    execute("RequestPasswordReset", variables, token=None)


def set_password(*, email: str, token: str, password: str) -> SaleorTokens:
    """Set a new password with the token from the mail."""
    variables = {"email": email, "token": token, "password": password}
    return _tokens(execute("SetPassword", variables, token=None)["setPassword"])


def get_me(*, token: str) -> SaleorUser | None:
    """Return whose token it is, or None when it is nobody's (any more)."""
    node = execute("Me", token=token)["me"]
    return reading.user(node) if node else None


def list_my_orders(
    *, token: str, first: int = 20, after: str | None = None
) -> tuple[list[SaleorOrderSummary], str | None]:
    """Return one page of the shopper's orders and the cursor of the next page, or None."""
    me = execute("MyOrders", {"first": first, "after": after}, token=token)["me"]
    if me is None:
        return [], None
    orders = [
        SaleorOrderSummary(
            id=node["id"],
            number=node["number"],
            created_at=datetime.fromisoformat(node["created"]),
            status=node["status"],
            total=reading.taxed(node["total"]),
        )
        for node in reading.nodes(me["orders"])
    ]
    info = me["orders"]["pageInfo"]
    return orders, info["endCursor"] if info["hasNextPage"] else None


def add_address(*, token: str, address: Address, kind: str | None = None) -> Address | None:
    """Keep an address; `kind` SHIPPING or BILLING makes it the default for that."""
    variables = {"input": reading.address_input(address), "type": kind}
    return reading.address(execute("AccountAddressCreate", variables, token=token)["accountAddressCreate"]["address"])


def change_address(*, token: str, address_id: str, address: Address) -> None:
    execute("AccountAddressUpdate", {"id": address_id, "input": reading.address_input(address)}, token=token)


def remove_address(*, token: str, address_id: str) -> None:
    execute("AccountAddressDelete", {"id": address_id}, token=token)


def change_name(*, token: str, last_name: str, first_name: str) -> None:
    execute("AccountUpdate", {"input": {"lastName": last_name, "firstName": first_name}}, token=token)


def _tokens(payload: dict[str, Any]) -> SaleorTokens:
    user = payload["user"]
    return SaleorTokens(
        access=payload["token"], refresh=payload["refreshToken"], user_id=user["id"], email=user["email"]
    )
