"""A shopper with an account."""

from __future__ import annotations

from tests.contract.world import TOKYO, World


def tell(world: World) -> None:
    ask = world.ask
    email = f"{world.run}@example.com"
    account = {
        "email": email,
        "password": "a-long-enough-word",
        "languageCode": "JA",
        "channel": "jp",
        "redirectUrl": "http://127.0.0.1:8910/confirm",
        "lastName": "試験",
    }
    ask("customers/register", "AccountRegister", {"input": account}, token=None)
    ask("customers/register_again", "AccountRegister", {"input": account}, token=None)
    short = {**account, "email": f"x{email}", "password": "short"}
    ask("customers/register_short_password", "AccountRegister", {"input": short}, token=None)
    world.ask.patiently(
        "customers/sign_in_unconfirmed", "TokenCreate", {"email": email, "password": account["password"]}
    )
    ask("customers/confirm_wrong", "ConfirmAccount", {"email": email, "token": "wrong"}, token=None)
    ask("customers/me_anonymous", "Me", token=None)
    reset = {"email": f"nobody-{email}", "redirectUrl": "http://127.0.0.1:8910/reset", "channel": "jp"}
    ask("customers/reset_unknown", "RequestPasswordReset", reset, token=None)
    token = world.ask.confirmation("customers/confirmation_event", email)
    ask("customers/confirm", "ConfirmAccount", {"email": email, "token": token}, token=None)
    signed = world.ask.patiently("customers/sign_in", "TokenCreate", {"email": email, "password": account["password"]})
    tokens = signed["data"]["tokenCreate"]
    jwt = tokens["token"]
    ask("customers/me", "Me", token=jwt)
    ask("customers/refresh", "TokenRefresh", {"refreshToken": tokens["refreshToken"]}, token=None)
    ask("customers/refresh_wrong", "TokenRefresh", {"refreshToken": "wrong"}, token=None)
    kept = ask("customers/address_create", "AccountAddressCreate", {"input": TOKYO, "type": "SHIPPING"}, token=jwt)
    address = kept["data"]["accountAddressCreate"]["address"]["id"]
    ask("customers/me_with_address", "Me", token=jwt)
    ask(
        "customers/address_update",
        "AccountAddressUpdate",
        {"id": address, "input": {**TOKYO, "city": "中央区"}},
        token=jwt,
    )
    ask("customers/address_update_anonymous", "AccountAddressUpdate", {"id": address, "input": TOKYO}, token=None)
    fields = {"input": {"channel": "jp", "lines": [world.line("tea")], "languageCode": "JA"}}
    opened = ask("customers/checkout_signed_in", "CheckoutCreate", fields, token=jwt)
    guest = ask("customers/checkout_guest", "CheckoutCreate", fields, token=None)
    checkout = guest["data"]["checkoutCreate"]["checkout"]["id"]
    ask("customers/attach_anonymous", "CheckoutCustomerAttach", {"id": checkout}, token=None)
    ask("customers/attach", "CheckoutCustomerAttach", {"id": checkout}, token=jwt)
    ask("customers/attach_twice", "CheckoutCustomerAttach", {"id": checkout}, token=jwt)
    own = opened["data"]["checkoutCreate"]["checkout"]["id"]
    ask("customers/own_checkout_as_guest", "CheckoutById", {"id": own}, token=None)
    ask("customers/orders", "MyOrders", {"first": 5, "after": None}, token=jwt)
    ask("customers/address_delete", "AccountAddressDelete", {"id": address}, token=jwt)
    ask("customers/products_as_customer", "ProductById", {"id": world.goods["tea"].product_id}, token=jwt)
    ask("customers/sign_in_wrong", "TokenCreate", {"email": email, "password": "wrong"}, token=None)
