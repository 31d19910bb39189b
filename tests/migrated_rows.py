"""The rows that migrations put into the databases, put back after a test that empties them.

A test marked `transaction=True` ends with every table emptied. Where such tests are not the last of a process, the next
one would miss Wagtail's root page and whatever else a migration made; content types and permissions come back by
themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import connections, router, transaction

MADE_BY_DJANGO = {"contenttypes.contenttype", "auth.permission"}
_kept: dict[str, str] = {}


def remember() -> None:
    """Keep what the databases hold now: to be called once, when they are made."""
    for alias in connections:
        if not connections[alias].introspection.table_names():
            continue  # pytest-django makes only the databases that the chosen tests ask for
        _kept[alias] = serializers.serialize("json", _rows(alias), use_natural_foreign_keys=True)


def put_back() -> None:
    """Write what was kept into databases that were emptied."""
    for alias, text in _kept.items():
        with transaction.atomic(using=alias):
            for row in serializers.deserialize("json", text, using=alias):
                row.save(using=alias)


def _rows(alias: str) -> Iterator[Any]:
    models = serializers.sort_dependencies([(config, None) for config in apps.get_app_configs()])
    for model in models:
        wanted = model._meta.can_migrate(connections[alias]) and router.allow_migrate_model(alias, model)
        if wanted and model._meta.label_lower not in MADE_BY_DJANGO:
            yield from model._base_manager.using(alias).order_by(model._meta.pk.name)
