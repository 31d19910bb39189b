"""Switching plugins on and off."""

from __future__ import annotations

from django.db import connection

from marketplace.kernel.audit.actions import record
from marketplace.kernel.models import PluginSwitch
from marketplace.kernel.once import forget, read_once


def is_active(*, plugin: str, scope: str, merchant_id: str | None) -> bool:
    """Whether a plugin is on. Without a row, one for the mall is on and one for merchants is off."""
    is_on = read_once(_key(plugin, merchant_id), lambda: _read(plugin, merchant_id or ""))
    return scope == "mall" if is_on is None else is_on


def _key(plugin: str, merchant_id: str | None) -> tuple[str, str, str]:
    return "kernel.switch", plugin, merchant_id or ""


def _read(plugin: str, merchant_id: str) -> bool | None:
    table = connection.ops.quote_name(PluginSwitch._meta.db_table)
    with connection.cursor() as cursor:  # by hand: every hook asks this of every plugin
        cursor.execute(
            f"SELECT is_on FROM {table} WHERE plugin = %s AND merchant_id = %s",  # noqa: S608
            [plugin, merchant_id],
        )
        found = cursor.fetchone()
    return bool(found[0]) if found else None


def switch_plugin(*, plugin: str, is_on: bool, actor: str, merchant_id: str = "") -> None:
    """Switch a plugin on or off, for the mall or one merchant, and keep who did it."""
    PluginSwitch.objects.update_or_create(plugin=plugin, merchant_id=merchant_id, defaults={"is_on": is_on})
    forget(_key(plugin, merchant_id))
    record(
        actor=actor,
        action="kernel.plugin.switched",
        subject=f"plugin:{plugin}",
        detail={"is_on": is_on, "merchant_id": merchant_id},
    )
