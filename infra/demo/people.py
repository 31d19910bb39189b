"""The demo's personas and merchants: who signs in, and as what."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from infra.demo import ward
from marketplace.accounts import actions as accounts
from marketplace.accounts import queries as people
from marketplace.merchants import actions as merchants
from marketplace.merchants import queries as merchant_queries
from marketplace.merchants.types import MerchantMissing
from marketplace.messages import queries as mails
from marketplace.saleor import customers
from marketplace.saleor.types import SaleorRefused

ACTOR = "system:demo"
PASSWORD = "machiichi-demo"  # noqa: S105  a public demo account on made-up data
SHOPPER = "shopper@example.com"
MAIL_WITHIN_S = 60.0
LOOK_EVERY_S = 0.5
STAFF = (
    ("ward-desk@example.com", "区役所 市場係", "ward_desk", "/ward/"),
    ("marketer@example.com", "商店会 企画", "marketer", "/pool/"),
)
PERSONA_MERCHANTS = ("soramame-glass", "minato-nori", "tsukimi-wagashi")
JOINED = date(2026, 4, 1)
PERMITS = (
    ("food_business", "sells_food", "架空保第{:04d}号"),
    ("liquor_mail_order", "sells_liquor", "架空酒通第{:04d}号"),
)


def member_email(code: str) -> str:
    return f"{code}@example.com"


def accounts_table() -> list[dict[str, Any]]:
    """Return role, e-mail, password and page of every persona."""
    rows = [{"name": "shopper", "role": "shopper", "email": SHOPPER, "password": PASSWORD, "page": "/jp/ja/"}]
    rows += [
        {
            "name": f"merchant {code}",
            "role": "merchant",
            "email": member_email(code),
            "password": PASSWORD,
            "page": f"/counter/{code}/",
        }
        for code in PERSONA_MERCHANTS
    ]
    rows += [
        {"name": role, "role": role, "email": email, "password": PASSWORD, "page": page}
        for email, _, role, page in STAFF
    ]
    return rows


def ensure_staff() -> None:
    """Make the ward's users, once."""
    for email, name, role, _ in STAFF:
        if people.get_person_by_email(email=email) is None:
            accounts.create_user(email=email, name=name, password=PASSWORD, roles=(role,), actor=ACTOR)  # type: ignore[arg-type]


def ensure_shopper(*, work: Callable[[], None]) -> None:
    """Register the demo's shopper at Saleor and open the link of the mail, once; `work` does what is due.

    An account that may sign in is left as it is. Raises `TimeoutError` when no mail comes within a minute.
    """
    if _can_sign_in():
        return
    customers.register(
        email=SHOPPER,
        password=PASSWORD,
        language="ja",
        channel="jp",
        redirect_url=f"{settings.MALL_PUBLIC_URL}/jp/ja/account/confirm/",
        last_name="見本",
    )
    until = time.monotonic() + MAIL_WITHIN_S
    while not any(_open_link(mail.text) for mail in mails.list_mail(to=SHOPPER)):
        if time.monotonic() > until:
            raise TimeoutError(f"no mail to confirm {SHOPPER} came: does Saleor reach the mall's address?")
        time.sleep(LOOK_EVERY_S)
        work()


def _can_sign_in() -> bool:
    try:
        customers.sign_in(email=SHOPPER, password=PASSWORD)
    except SaleorRefused as refused:
        if refused.codes & {"ACCOUNT_NOT_CONFIRMED", "INVALID_CREDENTIALS"}:
            return False
        raise
    return True


def _open_link(text: str) -> bool:
    """Confirm the address by the link in a mail. False without one, and where an earlier registration's is spent."""
    link = next((word for word in text.split() if "token=" in word), "")
    asked = parse_qs(urlsplit(link).query)
    if not asked:
        return False
    try:
        customers.confirm(email=asked["email"][0], token=asked["token"][0])
    except SaleorRefused:
        return False
    return True


def ensure_merchant(content: ward.DemoMerchant) -> str:
    """Let one demo merchant join with its legal notice, permits and member, once; return its id."""
    try:
        merchant = merchant_queries.get_merchant(code=content.code)
    except MerchantMissing:
        merchant = merchants.join_merchant(
            code=content.code,
            owner_key=content.owner,
            name=content.name,
            profile=content.profile,
            address={
                "ja": f"東京都墨田区見本町{content.number}番地",
                "en": f"{content.number} Mihon-cho, Sumida-ku, Tokyo",
            },
            postal_code="130-0000",
            representative=content.representative,
            phone=f"03-0000-{content.number:04d}",
            email=member_email(content.code),
            joined_on=JOINED,
            legal_notice=ward.legal_notice(content),
            actor=ACTOR,
        )
    if not merchant_queries.permits(merchant_id=merchant.id):
        _add_permits(merchant.id, content)
    if content.code in PERSONA_MERCHANTS and not merchant_queries.members(merchant_id=merchant.id):
        _add_member(merchant.id, content)
    merchants.open_at_saleor(merchant_id=merchant.id)
    return merchant.id


def _add_permits(merchant_id: str, content: ward.DemoMerchant) -> None:
    for kind, flag, number in PERMITS:
        if getattr(content, flag):
            merchants.add_permit(
                merchant_id=merchant_id,
                kind=kind,
                number=number.format(content.number),
                valid_from=date(2024, 4, 1),
                valid_to=date(2029, 3, 31),
                evidence="",
                actor=ACTOR,
            )


def _add_member(merchant_id: str, content: ward.DemoMerchant) -> None:
    email = member_email(content.code)
    person = people.get_person_by_email(email=email) or accounts.create_user(
        email=email, name=content.representative, password=PASSWORD, actor=ACTOR
    )
    merchants.add_member(merchant_id=merchant_id, user_id=person.id, role="owner", actor=ACTOR)
