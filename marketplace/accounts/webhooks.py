"""Events of Saleor about shoppers' accounts: Saleor leaves the letters to its apps."""

from __future__ import annotations

import hashlib

from marketplace.messages.actions import send_mail
from marketplace.saleor.events import on_event
from marketplace.saleor.types import Event


@on_event("ACCOUNT_CONFIRMATION_REQUESTED")
def write_confirmation(event: Event) -> None:
    """Write to a new shopper with the link that confirms the address, once per token."""
    user, token = event.raw["user"], event.raw["token"]
    send_mail(
        key=f"account:{user['id']}:confirm:{hashlib.sha256(token.encode()).hexdigest()[:16]}",
        to=user["email"],
        template="account_confirm",
        language=user["languageCode"],
        context={"link": event.raw["redirectUrl"]},
    )


@on_event("ACCOUNT_SET_PASSWORD_REQUESTED")
def write_password_link(event: Event) -> None:
    """Write to a shopper who forgot the password with the link to a new one, once per token."""
    user, token = event.raw["user"], event.raw["token"]
    send_mail(
        key=f"account:{user['id']}:password:{hashlib.sha256(token.encode()).hexdigest()[:16]}",
        to=user["email"],
        template="shopper_password",
        language=user["languageCode"],
        context={"link": event.raw["redirectUrl"]},
    )
