"""Changes of shipping zones, methods and what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from infra.engine.customers.countries import country_names
from infra.engine.products.models import Channel
from infra.engine.schema.lengths import check_row
from infra.engine.shipping.models import PostalCodeRule, ShippingMethod, ShippingMethodListing, ShippingZone
from infra.engine.warehouses.models import ChannelWarehouse


def _tell(event: str, obj: Any, **extra: Any) -> None:
    from infra.engine.deliveries import emit

    emit(event=event, obj=obj, **extra)


def save_zone(
    zone: ShippingZone,
    *,
    add_channels: Iterable[Any] = (),
    remove_channels: Iterable[Any] = (),
    add_warehouses: Iterable[Any] = (),
    remove_warehouses: Iterable[Any] = (),
) -> ShippingZone:
    """Save a zone and its links (rows or keys), and tell it. A channel that leaves takes its prices with it, and the
    warehouses that share no channel with the zone any more.
    """
    gone = list(remove_channels)
    with transaction.atomic("engine"):
        is_new = zone.pk is None
        check_row(zone)
        zone.save()
        zone.warehouses.add(*add_warehouses)
        zone.warehouses.remove(*remove_warehouses)
        zone.channels.add(*add_channels)
        if gone:
            zone.channels.remove(*gone)
            ShippingMethodListing.objects.filter(method__zone=zone, channel__in=gone).delete()
            kept = ChannelWarehouse.objects.filter(channel__in=zone.channels.all()).values("warehouse_id")
            zone.warehouses.remove(*zone.warehouses.exclude(pk__in=kept))
        mark_channels()
        _tell("SHIPPING_ZONE_CREATED" if is_new else "SHIPPING_ZONE_UPDATED", zone)
    return zone


def uncovered_countries() -> list[str]:
    """Return the codes of the countries that no zone covers."""
    covered = {code for zone in ShippingZone.objects.all() for code in zone.country_codes}
    return [code for code in sorted(country_names()) if code not in covered]


def delete_zone(zone: ShippingZone) -> None:
    """Delete a zone with its methods and tell it; the row keeps its key for the answer."""
    with transaction.atomic("engine"):
        _tell("SHIPPING_ZONE_DELETED", zone)
        pk = zone.pk
        zone.delete()
        zone.pk = pk
        mark_channels()


def save_method(
    method: ShippingMethod,
    *,
    add_rules: Iterable[PostalCodeRule] = (),
    delete_rules: Iterable[int] = (),
) -> ShippingMethod:
    """Save a method with its postal code rules and tell it.

    Raises IntegrityError when a rule for the same codes is there already; then nothing was stored.
    """
    with transaction.atomic("engine"):
        is_new = method.pk is None
        check_row(method)
        method.save()
        method.postal_code_rules.filter(pk__in=list(delete_rules)).delete()
        for rule in add_rules:
            rule.method = method
            check_row(rule)
            rule.save()
        _tell("SHIPPING_PRICE_CREATED" if is_new else "SHIPPING_PRICE_UPDATED", method, shipping_zone=method.zone)
    return method


def delete_method(method: ShippingMethod) -> None:
    """Delete a method and tell it; the row keeps its key for the answer."""
    with transaction.atomic("engine"):
        _tell("SHIPPING_PRICE_DELETED", method, shipping_zone=method.zone)
        pk = method.pk
        method.delete()
        method.pk = pk
        mark_channels()


def exclude_products(method: ShippingMethod, *, add: Iterable[int] = (), remove: Iterable[int] = ()) -> None:
    """Say which products a method does not carry, and tell it."""
    with transaction.atomic("engine"):
        method.excluded_products.add(*add)
        method.excluded_products.remove(*remove)
        _tell("SHIPPING_PRICE_UPDATED", method, shipping_zone=method.zone)


def set_listings(method: ShippingMethod, *, values: dict[Channel, dict[str, Any]], remove: Iterable[int]) -> None:
    """Set the columns of the method's listings per channel, make those that are missing, and tell it."""
    with transaction.atomic("engine"):
        for channel, columns in values.items():
            ShippingMethodListing.objects.update_or_create(
                method=method, channel=channel, defaults={"currency": channel.currency_code, **columns}
            )
        ShippingMethodListing.objects.filter(method=method, channel_id__in=list(remove)).delete()
        mark_channels()
        _tell("SHIPPING_PRICE_UPDATED", method, shipping_zone=method.zone)


def mark_channels() -> None:
    """Note on each channel whether any method costs something there: checkouts of the others ask for none."""
    listed = ShippingMethodListing.objects.values("channel_id")
    Channel.objects.filter(pk__in=listed, has_shipping_methods=False).update(has_shipping_methods=True)
    Channel.objects.exclude(pk__in=listed).filter(has_shipping_methods=True).update(has_shipping_methods=False)
