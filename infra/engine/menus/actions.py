"""Writes of menus that no client asks for."""

from __future__ import annotations

from infra.engine.menus.models import Menu

#: the menus that every shop has from the start, by slug
DEFAULT_MENUS = ("navbar", "footer")


def ensure_default_menus() -> None:
    """Make the menus `navbar` and `footer` where they are missing; those there are stay as they are."""
    for slug in DEFAULT_MENUS:
        Menu.objects.get_or_create(slug=slug, defaults={"name": slug})
