"""What older clients still send: arguments of the older kind of payment, and addresses that goods are asked for at."""

from __future__ import annotations

from decimal import Decimal

from plugins.api.money import Money
from tests.contract.stories.refusals import open_checkout, pay_for
from tests.contract.world import SHOPPER, TOKYO, World, make_goods


def tell(world: World) -> None:
    for name, pieces in (("jar", 9), ("lid", 0)):
        world.goods[name] = make_goods(world, name, "b", "standard", {"jp": Money(Decimal(900), "JPY")}, pieces)
    _completed(world)
    _available(world)


def _completed(world: World) -> None:
    said = {"email": SHOPPER, "shippingAddress": TOKYO, "billingAddress": TOKYO}
    opening = open_checkout(world, lines=[world.line("jar", 1)], **said)
    opened = world.ask("older/opened", "CartOpened", opening, token=None)
    pk = opened["data"]["checkoutCreate"]["checkout"]["id"]
    completing = {"id": pk, "data": '{"token": "x"}', "store": True}
    world.ask("older/not_json", "CompletedAsBefore", {**completing, "data": "x"}, token=None)
    world.ask("older/nothing_chosen", "CompletedAsBefore", completing, token=None)
    pay_for(world, pk, "older/paid")
    world.ask("older/completed", "CompletedAsBefore", completing, token=None)
    world.ask("older/completed_again", "CompletedAsBefore", {"id": pk, "store": False}, token=None)


def _available(world: World) -> None:
    for name in ("jar", "lid"):
        asked = {"id": world.goods[name].product_id, "channel": "jp"}
        for case, country in (("here", "JP"), ("there", "IS")):
            said = {**asked, "address": {"country": country}}
            world.ask(f"older/{name}_{case}", "AvailableAt", said, token=None)
        world.ask(f"older/{name}_anywhere", "AvailableAt", asked, token=None)
    lid = world.goods["lid"]
    world.ask("older/lid_uncounted", "VariantUncounted", {"id": lid.variant_id}, token=world.admin)
    world.ask("older/lid_without_count", "AvailableAt", {"id": lid.product_id, "channel": "jp"}, token=None)
