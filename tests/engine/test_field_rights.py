"""Who may read which field: the permissions that Saleor 3.24 names in the descriptions of its fields (2026-11-23)."""

from __future__ import annotations

import pytest

from infra.engine.schema.binding import BINDINGS, Batch
from infra.engine.schema.build import schema
from infra.engine.schema.context import ANONYMOUS, Context
from infra.engine.schema.errors import PermissionDenied

pytestmark = pytest.mark.django_db(databases=["engine"])
#: permissions, any of which opens the fields; what an owner may read, too, and unpublished goods are tested apart
GUARDED = {
    "AUTHENTICATED_APP AUTHENTICATED_STAFF_USER": """
        Channel.currencyCode Channel.defaultCountry Channel.isActive Channel.name Channel.stockSettings
        Channel.taxConfiguration Channel.warehouses Order.shippingTaxClass OrderLine.taxClass Product.taxClass
        ProductType.taxClass ProductVariant.channelListings PromotionRule.channels ShippingMethodType.taxClass
        Shop.version
    """,
    "AUTHENTICATED_STAFF_USER": """
        AppProblemDismissed.userEmail
    """,
    "HANDLE_CHECKOUTS MANAGE_CHECKOUTS": """
        CheckoutLine.priceOverrideReason
    """,
    "HANDLE_PAYMENTS MANAGE_CHANNELS": """
        Channel.paymentSettings
    """,
    "HANDLE_PAYMENTS MANAGE_CHECKOUTS": """
        Checkout.transactions
    """,
    "HANDLE_PAYMENTS MANAGE_ORDERS": """
        Order.transactions
    """,
    "MANAGE_CHANNELS MANAGE_CHECKOUTS": """
        Channel.checkoutSettings
    """,
    "MANAGE_CHANNELS MANAGE_ORDERS": """
        Channel.orderSettings
    """,
    "MANAGE_DISCOUNTS": """
        Checkout.voucher Voucher.channelListings Voucher.collections Voucher.products Voucher.variants
    """,
    "MANAGE_GIFT_CARD": """
        GiftCard.tags
    """,
    "MANAGE_GIFT_CARD MANAGE_ORDERS": """
        GiftCard.events
    """,
    "MANAGE_ORDERS": """
        Order.events Order.grantedRefunds Order.totalAuthorizePending Order.totalCancelPending
        Order.totalChargePending Order.totalGrantedRefund Order.totalRefundPending OrderDiscount.reason
        OrderLine.priceOverrideReason OrderLineDiscount.reason Payment.transactions
    """,
    "MANAGE_ORDERS MANAGE_PRODUCTS": """
        Allocation.quantity Allocation.warehouse OrderLine.allocations ProductVariant.stocks Stock.quantity
        Stock.quantityAllocated Stock.quantityReserved
    """,
    "MANAGE_PAGES MANAGE_PAGE_TYPES_AND_ATTRIBUTES MANAGE_PRODUCTS MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES": """
        Attribute.availableInGrid Attribute.filterableInDashboard Attribute.filterableInStorefront
        Attribute.storefrontSearchPosition Attribute.valueRequired Attribute.visibleInStorefront
    """,
    "MANAGE_PRODUCTS": """
        Collection.channelListings Product.channelListings
    """,
    "MANAGE_SETTINGS": """
        Shop.allowLoginWithoutConfirmation Shop.defaultMailSenderAddress Shop.defaultMailSenderName
        Shop.enableAccountConfirmationByEmail Shop.limitQuantityPerCheckout Shop.preserveAllAddressFields
        Shop.reserveStockDurationAnonymousUser Shop.reserveStockDurationAuthenticatedUser
    """,
    "MANAGE_SHIPPING": """
        ShippingMethodType.channelListings ShippingMethodType.excludedProducts
    """,
    "MANAGE_STAFF": """
        AppProblemDismissed.user Group.users
    """,
    "MANAGE_STAFF MANAGE_USERS": """
        User.note
    """,
}
# what Saleor guards though its description does not say so, or guards and we do so for more than it does
BESIDES = {"MANAGE_DISCOUNTS": "Voucher.codes", "HANDLE_TAXES MANAGE_ORDERS": "OrderLine.taxClassPrivateMetadata"}
CASES = [
    (name, frozenset(permissions.split()))
    for table in (GUARDED, BESIDES)
    for permissions, names in table.items()
    for name in names.split()
]


@pytest.mark.parametrize(("name", "permissions"), CASES)
def test_a_guarded_field_asks_for_exactly_what_saleor_asks_for(name, permissions):
    """An object's parents do not matter: who may not read the field is refused before one is looked at."""
    schema()
    type_name, field = name.split(".")
    resolver = BINDINGS.fields[type_name, field]

    with pytest.raises(PermissionDenied) as refused:
        resolver(Batch([], {}, Context(requestor=ANONYMOUS), field))

    assert frozenset(refused.value.message.partition(": ")[2].split(", ")) == permissions


def test_fields_that_saleor_opens_to_whoever_holds_the_order_are_open():
    schema()
    context = Context(requestor=ANONYMOUS)

    for type_name, field in (
        ("Order", "payments"),
        ("Order", "totalRefunded"),
        ("Order", "totalCanceled"),
        ("OrderLine", "taxClassMetadata"),
        ("Channel", "countries"),
        ("Shop", "permissions"),
        ("Shop", "passwordLoginMode"),
        ("Shop", "fulfillmentAutoApprove"),
    ):
        assert BINDINGS.fields[type_name, field](Batch([], {}, context, field)) == []
