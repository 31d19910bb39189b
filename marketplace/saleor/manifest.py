"""How the mall introduces itself to Saleor: one app with its permissions and webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from marketplace.saleor.documents import document

APP_ID = "machiichi.mall"
VERSION = "0.1.0"
PERMISSIONS = (
    "MANAGE_PRODUCTS",
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "MANAGE_PAGES",
    "MANAGE_PAGE_TYPES_AND_ATTRIBUTES",
    "MANAGE_CHANNELS",
    "MANAGE_SETTINGS",
    "MANAGE_TAXES",
    "MANAGE_TRANSLATIONS",
    "MANAGE_SHIPPING",
    "MANAGE_CHECKOUTS",
    "MANAGE_ORDERS",
    "MANAGE_USERS",
    "HANDLE_PAYMENTS",
    "HANDLE_CHECKOUTS",
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription of `operations/subscriptions` and the events it is sent for."""

    name: str
    operation: str
    async_events: tuple[str, ...] = ()
    sync_events: tuple[str, ...] = ()


CATALOGUE_EVENTS = (
    "PRODUCT_CREATED",
    "PRODUCT_UPDATED",
    "PRODUCT_DELETED",
    "PRODUCT_VARIANT_CREATED",
    "PRODUCT_VARIANT_UPDATED",
    "PRODUCT_VARIANT_DELETED",
    "PRODUCT_VARIANT_OUT_OF_STOCK",
    "PRODUCT_VARIANT_BACK_IN_STOCK",
    "PRODUCT_VARIANT_STOCK_UPDATED",
    "PRODUCT_MEDIA_CREATED",
    "PRODUCT_MEDIA_DELETED",
    "CATEGORY_CREATED",
    "CATEGORY_UPDATED",
    "PAGE_CREATED",
    "PAGE_UPDATED",
    "PAGE_DELETED",
    "TRANSLATION_CREATED",
    "TRANSLATION_UPDATED",
)
ORDER_EVENTS = (
    "ORDER_CREATED",
    "ORDER_UPDATED",
    "ORDER_CONFIRMED",
    "ORDER_PAID",
    "ORDER_FULLY_PAID",
    "ORDER_REFUNDED",
    "ORDER_FULFILLED",
    "ORDER_CANCELLED",
    "FULFILLMENT_CREATED",
    "FULFILLMENT_APPROVED",
    "FULFILLMENT_CANCELED",
    "FULFILLMENT_TRACKING_NUMBER_UPDATED",
)
ACCOUNT_EVENTS = ("ACCOUNT_CONFIRMATION_REQUESTED", "ACCOUNT_SET_PASSWORD_REQUESTED")
SYNC_EVENTS = (
    "SHIPPING_LIST_METHODS_FOR_CHECKOUT",
    "CHECKOUT_FILTER_SHIPPING_METHODS",
    "PAYMENT_GATEWAY_INITIALIZE_SESSION",
    "TRANSACTION_INITIALIZE_SESSION",
    "TRANSACTION_PROCESS_SESSION",
    "TRANSACTION_CHARGE_REQUESTED",
    "TRANSACTION_REFUND_REQUESTED",
    "TRANSACTION_CANCELATION_REQUESTED",
)
WEBHOOKS = (
    Webhook("catalogue", "CatalogueEvents", async_events=CATALOGUE_EVENTS),
    Webhook("orders", "OrderEvents", async_events=ORDER_EVENTS),
    Webhook("accounts", "AccountEvents", async_events=ACCOUNT_EVENTS),
    *(
        Webhook(event.lower().replace("_", "-"), "".join(word.capitalize() for word in event.split("_")), (), (event,))
        for event in SYNC_EVENTS
    ),
)


def target_url() -> str:
    """Return where Saleor sends its events."""
    return f"{settings.MALL_PUBLIC_URL}/saleor/webhooks"


def manifest() -> dict[str, Any]:
    """Return the manifest that Saleor reads when the mall is installed."""
    return {
        "id": APP_ID,
        "name": "Machiichi",
        "version": VERSION,
        "about": "A ward's own online mall: many merchants, one payment.",
        "author": "Machiichi",
        "permissions": list(PERMISSIONS),
        "appUrl": f"{settings.MALL_PUBLIC_URL}/",
        "tokenTargetUrl": f"{settings.MALL_PUBLIC_URL}/saleor/register",
        "requiredSaleorVersion": ">=3.22 <4",
        "webhooks": [
            {
                "name": webhook.name,
                "targetUrl": target_url(),
                "query": document(webhook.operation),
                "isActive": True,
                "asyncEvents": list(webhook.async_events),
                "syncEvents": list(webhook.sync_events),
            }
            for webhook in WEBHOOKS
        ],
    }
