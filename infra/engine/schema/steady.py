"""Which operations change no settings: what is kept of these is compared with the database once for each of them."""

from __future__ import annotations

from graphql import FieldNode, OperationDefinitionNode, OperationType

#: mutations of buyers, payment apps and whoever packs; any other is taken for one that changes settings
STEADY = frozenset(
    {
        "checkoutAddPromoCode",
        "checkoutBillingAddressUpdate",
        "checkoutComplete",
        "checkoutCreate",
        "checkoutCreateFromOrder",
        "checkoutCustomerAttach",
        "checkoutCustomerDetach",
        "checkoutCustomerNoteUpdate",
        "checkoutDeliveryMethodUpdate",
        "checkoutEmailUpdate",
        "checkoutLanguageCodeUpdate",
        "checkoutLineDelete",
        "checkoutLinesAdd",
        "checkoutLinesDelete",
        "checkoutLinesUpdate",
        "checkoutRemovePromoCode",
        "checkoutShippingAddressUpdate",
        "checkoutShippingMethodUpdate",
        "deliveryOptionsCalculate",
        "orderCancel",
        "orderConfirm",
        "orderCreateFromCheckout",
        "orderFulfill",
        "orderFulfillmentApprove",
        "orderFulfillmentCancel",
        "orderFulfillmentUpdateTracking",
        "orderNoteAdd",
        "orderUpdate",
        "paymentGatewayInitialize",
        "transactionCreate",
        "transactionEventReport",
        "transactionInitialize",
        "transactionProcess",
        "transactionRequestAction",
        "transactionUpdate",
    }
)


def is_steady(operation: OperationDefinitionNode) -> bool:
    """Return whether the operation changes no settings, as far as its root fields tell."""
    if operation.operation is OperationType.QUERY:
        return True
    roots = operation.selection_set.selections
    return all(isinstance(node, FieldNode) and node.name.value in STEADY for node in roots)
