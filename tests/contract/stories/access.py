"""A clerk whose group may work on one channel: what the lists show, and what may be changed."""

from __future__ import annotations

from typing import Any

from tests.contract.world import TOKYO, World

PASSWORD = "a-long-enough-word"


def tell(world: World) -> None:
    ask, admin = world.ask, world.admin
    email = f"{world.run}-access@example.com"
    group = {
        "name": f"{world.run}-access",
        "addPermissions": ["MANAGE_ORDERS"],
        "restrictedAccessToChannels": True,
        "addChannels": [world.channel("jp")],
    }
    made = ask("access/group", "GroupMake", {"input": group}, token=admin)["data"]["permissionGroupCreate"]["group"]
    clerk = _clerk(world, email, made["id"])
    signed = ask.patiently("access/sign_in", "TokenCreate", {"email": email, "password": PASSWORD})
    token = signed["data"]["tokenCreate"]["token"]
    ask.staff.add(token)
    here, there = (_draft(world, slug, email) for slug in ("jp", "overseas"))
    seen = {"filter": {"customer": email}, "ids": [here, there]}
    ask("access/drafts_of_one_channel", "DraftsOfMine", seen, token=token)
    far = {"draft": there, "channel": world.channel("overseas")}
    ask("access/draft_of_another_channel", "OthersDraftChanged", far, token=token)
    near = {"draft": here, "channel": world.channel("jp")}
    ask("access/draft_of_ones_own", "OthersDraftChanged", near, token=token)
    ask("access/drafts_left", "DraftsOfMine", seen, token=token)
    ask("access/drop_draft", "DraftThrownAway", {"id": there})
    ask("access/drop_clerk", "StaffDrop", {"id": clerk}, token=admin)
    ask("access/drop_group", "GroupDrop", {"id": made["id"]}, token=admin)


def _clerk(world: World, email: str, group: str) -> str:
    """Register somebody who has a password, and make them staff of the group."""
    ask = world.ask
    account = {
        "email": email,
        "password": PASSWORD,
        "languageCode": "JA",
        "channel": "jp",
        "redirectUrl": "http://127.0.0.1:8910/confirm",
    }
    ask("access/register", "AccountRegister", {"input": account}, token=None)
    mailed = ask.confirmation("access/confirmation", email)
    ask("access/confirm", "ConfirmAccount", {"email": email, "token": mailed}, token=None)
    said = {"email": email, "addGroups": [group]}
    answer = ask("access/make_staff", "StaffMake", {"input": said}, token=world.admin)
    return str(answer["data"]["staffCreate"]["user"]["id"])


def _draft(world: World, slug: str, email: str) -> str:
    given: dict[str, Any] = {
        "channelId": world.channel(slug),
        "userEmail": email,
        "lines": [world.line("tea")],
        "shippingAddress": TOKYO,
        "billingAddress": TOKYO,
    }
    answer = world.ask(f"access/draft_{slug}", "DraftWritten", {"input": given})
    return str(answer["data"]["draftOrderCreate"]["order"]["id"])
