"""Runs each database's own migrations, and only those.

Django's `migrate` walks every migration on every database and lets the router skip the tables: half of the first start
would go into rendering the CMS's history for the engine's database, which never holds it.
"""

from __future__ import annotations

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from infra.databases import is_engine_app

ALIASES = ("default", "engine")


def missing(alias: str) -> list[Migration]:
    """Return the migrations that one database still needs, in order. Creates no table."""
    executor = MigrationExecutor(connections[alias])
    return [migration for migration, _ in executor.migration_plan(_targets(executor, alias))]


def migrate(alias: str) -> int:
    """Run what is missing on one database; return how many migrations ran. Nothing is touched when none is missing."""
    executor = MigrationExecutor(connections[alias])
    targets = _targets(executor, alias)
    plan = executor.migration_plan(targets)
    if not plan:
        return 0
    before = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    emit_pre_migrate_signal(0, False, alias, apps=before.apps, plan=plan)
    after = executor.migrate(targets, plan, state=before.clone())
    after.clear_delayed_apps_cache()
    emit_post_migrate_signal(0, False, alias, apps=after.apps, plan=plan)
    return len(plan)


def _targets(executor: MigrationExecutor, alias: str) -> list[tuple[str, str]]:
    leaves = executor.loader.graph.leaf_nodes()
    return [leaf for leaf in leaves if is_engine_app(leaf[0]) == (alias == "engine")]
