"""Triggers by which every change of a setting leaves a mark, whoever made it and by whatever statement.

They are made after each migration, not by one: SQLite drops a table's triggers when a migration rebuilds it.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connections

from infra.engine.settled.models import SettingsMark

#: what is set rarely and read in almost every request; whatever `Kept` is made of must be among these
MODELS = (
    "engine_products.Channel",
    "engine_products.TaxClass",
    "engine_products.TaxClassRate",
    "engine_products.TaxConfiguration",
    "engine_products.TaxCountryException",
    "engine_products.ShopSettings",
    "engine_apps.App",
    "engine_apps.Webhook",
    "engine_apps.WebhookEvent",
    "engine_shipping.ShippingZone",
    "engine_shipping.ShippingZone_channels",
    "engine_shipping.ShippingMethod",
    "engine_shipping.ShippingMethod_excluded_products",
    "engine_shipping.ShippingMethodListing",
    "engine_shipping.PostalCodeRule",
)
MARKS = "engine_settled_settingsmark"
NAME = "engine_settings_mark"
SET_MARK = f"INSERT INTO {MARKS} (mark) VALUES (lower(hex(randomblob(16))))"  # noqa: S608 (names of our own)
FUNCTION = f"""
CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO {MARKS} (mark) VALUES (gen_random_uuid()); RETURN NULL; END $$
"""  # noqa: S608 (names of our own)


def install() -> None:
    """Make the triggers that are missing on `engine`, and a mark: migrations change settings unseen.

    Tables that no migration has made yet, or that one has taken back, are passed over.
    """
    connection = connections["engine"]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if MARKS not in there:
            return
        found = [table for table in tables() if table in there]
        for statement in _postgres(found) if connection.vendor == "postgresql" else _sqlite(found):
            cursor.execute(statement)
    SettingsMark.objects.create()


def tables() -> list[str]:
    """Return the names of the tables whose changes are marked."""
    return [apps.get_model(name)._meta.db_table for name in MODELS]


def _postgres(found: list[str]) -> list[str]:
    made = [FUNCTION]
    for table in found:
        made.append(f"DROP TRIGGER IF EXISTS {NAME} ON {table}")
        made.append(
            f"CREATE TRIGGER {NAME} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {NAME}()"
        )
    return made


def _sqlite(found: list[str]) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_{NAME}_{change.lower()} AFTER {change} ON {table} BEGIN {SET_MARK}; END"
        for table in found
        for change in ("INSERT", "UPDATE", "DELETE")
    ]
