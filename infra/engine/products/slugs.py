"""Slugs: given by the client or made from the name, once per table."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from infra.engine.schema.errors import refuse


def settle_slug(model: Any, *, given: str | None, name: str, row: Any = None) -> str:
    """Return the slug for a row: `given` checked, or one made from `name` that is still free.

    Raises UserErrors: REQUIRED for an empty one, UNIQUE for one taken. Characters beyond ASCII stay, as the contract
    allows them.
    """
    others = model.objects.exclude(pk=row.pk) if row is not None and row.pk else model.objects.all()
    if given is not None:
        if not given.strip():
            raise refuse("slug", "Slug value cannot be blank.", "REQUIRED")
        if others.filter(slug=given).exists():
            raise refuse("slug", f"{model.__name__} with this Slug already exists.", "UNIQUE")
        return given
    base = slugify(name, allow_unicode=True)[:240] or model.__name__.lower()
    taken = set(others.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
