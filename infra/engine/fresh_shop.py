"""An empty shop again, for tests: every table of the engine emptied, then the few things such tests start from."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections, transaction

from infra.engine.customers.models import User
from infra.engine.menus.models import Menu
from infra.engine.products.models import ShopSettings, TaxClass, TaxClassRate

RATES = {"PL": Decimal(23), "DE": Decimal(19)}
MENUS = ("navbar", "footer")
ADMIN = ("admin@example.com", "admin", {"is_staff": True, "is_superuser": True})
PEOPLE = (
    ADMIN,
    ("e2e_staff_test@example.com", "password", {"is_staff": True}),
    ("e2e_no_permission_staff_test@example.com", "password", {"is_staff": True}),
    ("joecustomer@example.com", "password", {"first_name": "Joe", "last_name": "Saleor"}),
)
#: rounds of PBKDF2: these passwords are public, and a reset must not last as long as four honest hashes
ROUNDS = 10


def make_fresh_shop() -> None:
    """Empty the engine's database and media folder, and make the users, taxes and menus that tests start from."""
    with transaction.atomic("engine"):
        empty_tables()
        _fill()
    if not getattr(settings, "ENGINE_MEDIA_STORAGE", ""):
        shutil.rmtree(Path(settings.ENGINE_DATA) / "media", ignore_errors=True)


def empty_tables() -> None:
    """Delete every row of every table of the engine; only tables that have rows cost a statement.

    In any order: all foreign keys of Django are checked at the end of the transaction only.
    """
    connection = connections["engine"]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        parts = [f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {quote(table)})" for number, table in _numbered()]  # noqa: S608 (names of our own models)
        cursor.execute(" UNION ALL ".join(parts))
        filled = {row[0] for row in cursor.fetchall()}
        for number, table in _numbered():
            if number in filled:
                cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608 (as above)


def _numbered() -> Iterable[tuple[int, str]]:
    tables = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.label.startswith("engine_")
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return enumerate(sorted(tables))


def _fill() -> None:
    for email, password, fields in PEOPLE:
        User.objects.create(email=email, password=_quick_hash(password), is_confirmed=True, **fields)
    tax_class = TaxClass.objects.create(name="Default")
    for country, rate in RATES.items():
        TaxClassRate.objects.create(tax_class=tax_class, country=country, rate=rate)
    for name in MENUS:
        Menu.objects.create(name=name, slug=name)
    ShopSettings.objects.create(data={"useLegacyShippingZoneStockAvailability": True})


def _quick_hash(password: str) -> str:
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=ROUNDS)
