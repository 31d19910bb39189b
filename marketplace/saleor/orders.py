"""Orders at Saleor, with the app's token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from marketplace.saleor import reading_sales
from marketplace.saleor.catalogue import metadata_input, pages_of
from marketplace.saleor.client import execute
from marketplace.saleor.types import SaleorFulfillment, SaleorGrantedRefund, SaleorOrder
from plugins.api.money import Money

PAGE_SIZE = 20


def get_order(*, order_id: str) -> SaleorOrder | None:
    """Return the order with everything in it, or None."""
    node = execute("OrderById", {"id": order_id})["order"]
    return reading_sales.order(node) if node else None


def list_orders(*, changed_since: datetime | None = None, channel: str = "") -> Iterator[SaleorOrder]:
    """Return all orders, or those changed since the moment, oldest change first. Unconfirmed ones are among them."""
    where = {"updatedAt": {"gte": changed_since.isoformat()}} if changed_since else None
    found = map(reading_sales.order, pages_of("OrdersChangedSince", "orders", {"where": where}, PAGE_SIZE))
    return (order for order in found if not channel or order.channel == channel)


def confirm_order(*, order_id: str) -> str:
    """Confirm an UNCONFIRMED order and return its status."""
    return str(execute("OrderConfirm", {"id": order_id})["orderConfirm"]["order"]["status"])


def cancel_order(*, order_id: str) -> str:
    """Cancel an order, freeing its stock; a payment stays as it is. Fulfillments must be cancelled before."""
    return str(execute("OrderCancel", {"id": order_id})["orderCancel"]["order"]["status"])


def fulfill_order(*, order_id: str, lines: Mapping[str, Mapping[str, int]]) -> list[SaleorFulfillment]:
    """Make one fulfillment per warehouse, waiting for approval.

    Arguments: `lines`, per order line id the pieces by warehouse id.
    """
    items = [
        {
            "orderLineId": line_id,
            "stocks": [{"warehouse": warehouse, "quantity": quantity} for warehouse, quantity in stocks.items()],
        }
        for line_id, stocks in lines.items()
    ]
    fields = {"lines": items, "notifyCustomer": False}
    answer = execute("OrderFulfill", {"order": order_id, "input": fields})["orderFulfill"]
    return [reading_sales.fulfillment(each) for each in answer["fulfillments"]]


def approve_fulfillment(*, fulfillment_id: str) -> SaleorFulfillment:
    """Take the pieces off the stock: the merchant sends them."""
    variables = {"id": fulfillment_id, "notifyCustomer": False}
    return _fulfillment("OrderFulfillmentApprove", "orderFulfillmentApprove", variables)


def cancel_fulfillment(*, fulfillment_id: str, warehouse_id: str = "") -> SaleorFulfillment | None:
    """Undo a fulfillment. One waiting for approval is deleted (None is returned); one that was approved puts its pieces
    back into `warehouse_id` and stays as CANCELED."""
    variables = {"id": fulfillment_id, "warehouseId": warehouse_id or None}
    node = execute("OrderFulfillmentCancel", variables)["orderFulfillmentCancel"]["fulfillment"]
    return reading_sales.fulfillment(node) if node else None


def set_tracking(*, fulfillment_id: str, tracking_number: str) -> SaleorFulfillment:
    variables = {"id": fulfillment_id, "trackingNumber": tracking_number, "notifyCustomer": False}
    return _fulfillment("OrderFulfillmentUpdateTracking", "orderFulfillmentUpdateTracking", variables)


def grant_refund(
    *,
    order_id: str,
    transaction_id: str,
    amount: Money,
    lines: Mapping[str, int],
    reason: str,
    includes_shipping: bool = False,
) -> SaleorGrantedRefund:
    """Grant a refund of exactly `amount` on a payment, naming the refused pieces by order line id.

    Grants only: `payments.request_refund` asks for the money.
    """
    fields = {
        "amount": amount.amount,
        "reason": reason,
        "transactionId": transaction_id,
        "grantRefundForShipping": includes_shipping,
        "lines": [{"id": line_id, "quantity": quantity} for line_id, quantity in lines.items()],
    }
    answer = execute("OrderGrantRefundCreate", {"id": order_id, "input": fields})["orderGrantRefundCreate"]
    return reading_sales.granted_refund(answer["grantedRefund"])


def add_note(*, order_id: str, message: str) -> None:
    execute("OrderNoteAdd", {"order": order_id, "message": message})


def set_private_metadata(*, order_id: str, values: Mapping[str, str]) -> None:
    """Set keys that only apps and staff see."""
    execute("UpdatePrivateMetadata", {"id": order_id, "input": metadata_input(values)})


def _fulfillment(operation: str, field: str, variables: dict[str, object]) -> SaleorFulfillment:
    return reading_sales.fulfillment(execute(operation, variables)[field]["fulfillment"])
