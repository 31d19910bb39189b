"""The tree of categories, here and at Saleor."""

from __future__ import annotations

import csv

from marketplace.catalog import models
from marketplace.catalog.content import DATA
from marketplace.saleor import catalogue
from marketplace.saleor.types import Text


def ensure_categories() -> tuple[str, ...]:
    """Make every category of the data file, here and at Saleor, in both languages, and return their slugs.

    Asked again, it changes nothing. Raises `SaleorUnavailable` or `SaleorRefused`.
    """
    known = {each.slug: each for each in catalogue.list_categories()}
    slugs = []
    with open(DATA / "categories.csv", encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file)):
            parent = models.Category.objects.get(slug=row["parent"]) if row["parent"] else None
            found = known.get(row["slug"])
            saleor_id = found.id if found else _create(row, parent)
            if found is None or found.english.name != row["en"]:
                catalogue.translate(kind="category", object_id=saleor_id, language="en", text=Text(name=row["en"]))
            models.Category.objects.update_or_create(
                slug=row["slug"],
                defaults={
                    "names": {"ja": row["ja"], "en": row["en"]},
                    "parent": parent,
                    "saleor_id": saleor_id,
                    "pool_category": row["pool_category"],
                    "is_food": row["is_food"] == "1",
                    "position": position,
                },
            )
            slugs.append(row["slug"])
    return tuple(slugs)


def _create(row: dict[str, str], parent: models.Category | None) -> str:
    return catalogue.create_category(name=row["ja"], slug=row["slug"], parent_id=parent.saleor_id if parent else "")
