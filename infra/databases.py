"""Which tables live in which of the two databases.

The engine owns the alias `engine` and nothing else; the mall owns `default`. No relation crosses (DESIGN: two
databases, always), so that a failing mall transaction can never take engine rows with it, as no Saleor would let it.
"""

from __future__ import annotations

from typing import Any


def is_engine_app(app_label: str) -> bool:
    return app_label.startswith("engine_")


class EngineRouter:
    """Routes every app labelled `engine_*` to the alias `engine`, every other app to `default`."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "engine" if is_engine_app(model._meta.app_label) else "default"

    db_for_write = db_for_read

    def allow_relation(self, left: Any, right: Any, **hints: Any) -> bool:
        return is_engine_app(left._meta.app_label) == is_engine_app(right._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "engine") == is_engine_app(app_label)
