"""Staff, their groups, customers kept by staff, accounts that change and end, and how addresses are written."""

from __future__ import annotations

from typing import Any

from tests.contract.world import SINGAPORE, TOKYO, World

CHANNELS = ("accessibleChannels",)
"""A Saleor may have other channels than this run's."""


class Desk:
    """Who asks in this story, and under which names."""

    def __init__(self, world: World) -> None:
        self.world, self.admin = world, world.admin

    def ask(self, case: str, operation: str, variables: dict[str, Any] | None = None, **options: Any) -> Any:
        """Ask as the superuser unless `token` says otherwise; return the answer's first field."""
        options.setdefault("token", self.admin)
        options.setdefault("ignore", CHANNELS)
        answer = self.world.ask(f"accounts/{case}", operation, variables or {}, **options)
        return next(iter((answer.get("data") or {"": None}).values()))

    def named(self, name: str) -> str:
        return f"{self.world.run}-{name}"

    def mail(self, name: str) -> str:
        return f"{self.named(name)}@example.com"


def tell(world: World) -> None:
    desk = Desk(world)
    _rules(desk)
    _sessions(desk)
    group, wide = _groups(desk)
    _staff(desk, group, wide)
    customer = _customers(desk)
    _accounts(desk)
    for name, gid in (("group_drop", group), ("group_drop_wide", wide)):
        desk.ask(name, "GroupDrop", {"id": gid})
    desk.ask("customer_drop", "CustomerDrop", {"id": customer})


def _rules(desk: Desk) -> None:
    for country in ("US", "PL", "SG", "HK"):
        desk.ask(f"rules_{country.lower()}", "AddressRules", {"country": country}, token=None)
    desk.ask("rules_of_an_area", "AddressRules", {"country": "CN", "area": "北京市"}, token=None)


def _sessions(desk: Desk) -> None:
    nobody = {"plugin": "nobody.serves.this", "input": '{"redirectUri": "http://127.0.0.1:8910/"}'}
    for name in ("url", "tokens", "renewal", "check", "end"):
        desk.ask(f"external_{name}", f"External{name.capitalize()}", nobody, token=None)
    desk.ask("renew_without_token", "SessionRenewed", {}, token=None)


def _groups(desk: Desk) -> tuple[str, str]:
    made = desk.ask(
        "group_make", "GroupMake", {"input": {"name": desk.named("desk"), "addPermissions": ["MANAGE_USERS"]}}
    )
    group = made["group"]["id"]
    desk.ask("group_make_same_name", "GroupMake", {"input": {"name": desk.named("desk")}})
    restricted = {
        "name": desk.named("wide"),
        "addPermissions": ["MANAGE_STAFF", "MANAGE_PRODUCTS"],
        "restrictedAccessToChannels": True,
        "addChannels": [desk.world.channel("jp")],
    }
    wide = desk.ask("group_make_for_a_channel", "GroupMake", {"input": restricted})["group"]["id"]
    both = {"addPermissions": ["MANAGE_USERS"], "removePermissions": ["MANAGE_USERS"]}
    desk.ask("group_change_twice_the_same", "GroupChange", {"id": group, "input": both})
    desk.ask("group_change", "GroupChange", {"id": group, "input": {"addPermissions": ["MANAGE_ORDERS"]}})
    desk.ask("group_change_back", "GroupChange", {"id": group, "input": {"removePermissions": ["MANAGE_ORDERS"]}})
    return group, wide


def _staff(desk: Desk, group: str, wide: str) -> None:
    email = desk.mail("clerk")
    said = {"email": email, "firstName": "Clerk", "lastName": "One", "note": "new", "addGroups": [group]}
    clerk = desk.ask("staff_make", "StaffMake", {"input": {**said, "metadata": [{"key": "a", "value": "1"}]}})["user"][
        "id"
    ]
    desk.ask("staff_make_same_address", "StaffMake", {"input": said})
    desk.ask("staff_make_without_address", "StaffMake", {"input": {"firstName": "Nobody"}})
    desk.ask("staff_seen", "PersonSeen", {"id": clerk}, ignore=(*CHANNELS, "name"))
    change = {"firstName": "Chief", "addGroups": [wide], "metadata": [{"key": "b", "value": "2"}]}
    desk.ask("staff_change", "StaffChange", {"id": clerk, "input": change}, ignore=("permissionGroups",))
    desk.ask(
        "staff_change_same_group_twice",
        "StaffChange",
        {"id": clerk, "input": {"addGroups": [wide], "removeGroups": [wide]}},
    )
    desk.ask("staff_pause", "StaffChange", {"id": clerk, "input": {"isActive": False}})
    joined = desk.ask("staff_make_as_app", "StaffMake", {"input": {"email": desk.mail("x")}}, token=_app())
    assert joined is None
    customer = desk.ask("staff_customer_make", "CustomerMake", {"input": {"email": desk.mail("turncoat")}})["user"][
        "id"
    ]
    desk.ask("group_add_a_customer", "GroupChange", {"id": group, "input": {"addUsers": [customer]}})
    desk.ask("staff_of_a_customer", "StaffMake", {"input": {"email": desk.mail("turncoat")}})
    desk.ask("staff_drop_turncoat", "StaffDrop", {"id": customer})
    desk.ask("staff_drop", "StaffDrop", {"id": clerk})


def _app() -> Any:
    from marketplace.saleor.client import APP

    return APP


def _customers(desk: Desk) -> str:
    said = {
        "email": desk.mail("anna"),
        "firstName": "Anna",
        "lastName": desk.named("family"),
        "note": "likes glass",
        "languageCode": "JA",
        "externalReference": desk.named("anna"),
        "metadata": [{"key": "card", "value": "7"}],
        "defaultShippingAddress": SINGAPORE,
    }
    anna = desk.ask("customer_make", "CustomerMake", {"input": said})["user"]["id"]
    desk.ask("customer_make_same_address", "CustomerMake", {"input": {"email": desk.mail("anna")}})
    desk.ask("customer_make_no_address", "CustomerMake", {"input": {"email": "no address"}})
    taken = {"email": desk.mail("other"), "externalReference": desk.named("anna")}
    desk.ask("customer_make_same_reference", "CustomerMake", {"input": taken})
    change = {"firstName": "Hanna", "isConfirmed": True, "metadata": [{"key": "tier", "value": "gold"}]}
    desk.ask("customer_change", "CustomerChange", {"id": anna, "input": change})
    by_reference = {"externalReference": desk.named("anna"), "input": {"note": "likes tea"}}
    desk.ask("customer_change_by_reference", "CustomerChange", by_reference)
    wrong = {"defaultShippingAddress": {**TOKYO, "postalCode": "1"}}
    desk.ask("customer_change_wrong_address", "CustomerChange", {"id": anna, "input": wrong})
    desk.ask("customer_change_to_no_address", "CustomerChange", {"id": anna, "input": {"email": "nothing"}})
    lists: dict[str, dict[str, Any]] = {
        "metadata_other": {"filter": {"metadata": [{"key": "tier", "value": "iron"}], "ids": [anna]}},
        "without_orders": {"filter": {"numberOfOrders": {"gte": 1}, "ids": [anna]}},
        "where_name": {"where": {"AND": [{"firstName": {"eq": "Hanna"}}, {"lastName": {"eq": desk.named("family")}}]}},
        "where_either": {
            "where": {"OR": [{"email": {"eq": desk.mail("anna")}}, {"email": {"oneOf": [desk.mail("nobody")]}}]}
        },
        "where_inactive": {"where": {"AND": [{"ids": [anna]}, {"isActive": False}]}},
        "sorted": {"filter": {"ids": [anna]}, "sortBy": {"field": "ORDER_COUNT", "direction": "DESC"}},
    }
    for name, variables in lists.items():
        desk.ask(f"customers_{name}", "CustomersFound", variables)
    return str(anna)


def _accounts(desk: Desk) -> None:
    email = desk.mail("leaver")
    made = desk.ask("leaver_make", "CustomerMake", {"input": {"email": email, "isConfirmed": True}})["user"]["id"]
    desk.ask(
        "account_change_for_somebody",
        "AccountChange",
        {"customerId": made, "input": {"firstName": "Lena"}},
        token=_app(),
    )
    desk.ask(
        "account_address_for_somebody",
        "AccountAddressAdd",
        {"customerId": made, "input": TOKYO, "type": "BILLING"},
        token=_app(),
    )
    short = {**TOKYO, "streetAddress1": ""}
    desk.ask(
        "account_address_without_street",
        "AccountAddressAdd",
        {"customerId": made, "input": short, "type": "SHIPPING"},
        token=_app(),
    )
    american = {**SINGAPORE, "country": "US", "city": "New York", "countryArea": "NY", "postalCode": "018956"}
    desk.ask(
        "account_address_of_another_land", "AccountAddressAdd", {"customerId": made, "input": american}, token=_app()
    )
    phone = {**SINGAPORE, "phone": "+65123"}
    desk.ask("account_address_wrong_phone", "AccountAddressAdd", {"customerId": made, "input": phone}, token=_app())
    leave = {"redirectUrl": "http://127.0.0.1:8910/leave", "channel": "jp"}
    desk.ask("leave_request", "AccountLeave", leave)
    desk.ask("leave_to_elsewhere", "AccountLeave", {**leave, "redirectUrl": "nowhere"})
    desk.ask("leave_without_channel", "AccountLeave", {"redirectUrl": leave["redirectUrl"]})
    desk.ask("leave_as_staff", "AccountEnd", {"token": "x"})
    desk.ask("leaver_drop", "CustomerDrop", {"id": made})
