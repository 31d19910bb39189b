"""The events that ask for taxes, what they are asked about, and who is charged none."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.checkout import lock_objects as checkout_locks
from infra.engine.checkout.models import Checkout
from infra.engine.deliveries import declare_event
from infra.engine.orders import lock_objects as order_locks
from infra.engine.orders.models import Order
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import InvalidId, parse_global_id, uuid_pk

TAXES = ("MANAGE_TAXES",)
declare_event("CHECKOUT_CALCULATE_TAXES", "taxBase")
declare_event("ORDER_CALCULATE_TAXES", "taxBase")
declare("TaxableObject", "sourceObject pricesEnteredWithTax currency shippingPrice address discounts lines channel")
declare("TaxableObjectDiscount", "name amount type")
declare("TaxableObjectLine", "sourceLine quantity chargeTaxes productName variantName productSku unitPrice totalPrice")
declare("TaxExemptionManage", "taxableObject")
declare("Checkout", "taxExemption")


@root("Mutation", "taxExemptionManage")
@requires(*TAXES)
def exemption_manage(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """Charge somebody no taxes, or charge them again. Raises UserErrors(NOT_FOUND, NOT_EDITABLE_ORDER)."""
    gid, exempt = args["id"], args["taxExemption"]
    try:
        kind, _ = parse_global_id(gid)
    except InvalidId:
        kind = ""
    pk = uuid_pk(gid, "Checkout", "Order")
    with transaction.atomic("engine"):
        row = _locked(kind, pk)
        if row is None:
            raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
        if isinstance(row, Order) and row.status not in ("DRAFT", "UNCONFIRMED"):
            text = "Only draft and unconfirmed orders are supported."
            raise refuse(None, text, "NOT_EDITABLE_ORDER")
        row.tax_exemption = exempt
        fields = ["tax_exemption", "updated_at"]
        if isinstance(row, Order):
            row.should_refresh_prices = True
            fields.append("should_refresh_prices")
        row.save(update_fields=fields)
    return {"taxable_object": row}


def _locked(kind: str, pk: Any) -> Checkout | Order | None:
    if pk is None:
        return None
    if kind == "Checkout":
        return checkout_locks.checkout(pk)
    return order_locks.order(pk) if Order.objects.filter(pk=pk).exists() else None
