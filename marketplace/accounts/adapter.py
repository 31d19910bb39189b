"""How allauth's pages behave here: nobody signs up by himself, letters are kept like every other."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from marketplace.messages.actions import send_mail

log = logging.getLogger(__name__)
PASSWORD_RESET = "account/email/password_reset_key"  # noqa: S105 - the name of a letter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Members and the ward's people are made by those who know them (`create_user`)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return false: whoever took a future member's address first would be given that member's rights."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Keep the letter that resets a password. Others are not written: strangers are told nothing, and addresses
        are proved by whoever makes the user."""
        if template_prefix != PASSWORD_RESET:
            log.info("allauth's letter %s is not one of the mall's", template_prefix)
            return
        user, link = context["user"], context["password_reset_url"]
        send_mail(
            key=f"user:{user.pk}:password:{hashlib.sha256(link.encode()).hexdigest()[:16]}",
            to=email,
            template="password_reset",
            language=user.locale,
            context={"link": link},
        )
