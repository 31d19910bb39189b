from __future__ import annotations

import pytest
from django.db import models

from marketplace.kernel.append_only import AppendOnlyError
from marketplace.kernel.audit import queries
from marketplace.kernel.audit.actions import record
from marketplace.kernel.audit.models import AuditEntry
from marketplace.kernel.scope import ScopeMissing, all_merchants, current_merchant, merchant_scope


def test_outside_any_scope_nothing_is_read():
    with pytest.raises(ScopeMissing):
        current_merchant()


def test_the_innermost_scope_counts_and_ends():
    with merchant_scope(7):
        with all_merchants("a report"):
            assert current_merchant() is None
        assert current_merchant() == "7"
    with pytest.raises(ScopeMissing):
        current_merchant()


def test_all_merchants_needs_a_reason():
    with pytest.raises(ValueError), all_merchants(""):
        pass


@pytest.mark.django_db
def test_the_log_is_added_to_and_never_changed():
    record(actor="system", action="a.b.done", subject="order:1", detail={"yen": 1})
    entry = AuditEntry.objects.get()

    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(actor="x"),
    ):
        with pytest.raises(AppendOnlyError):
            change()

    assert [(row.actor, row.action, row.detail) for row in queries.list_entries(subject="order:1")] == [
        ("system", "a.b.done", {"yen": 1})
    ]
    assert isinstance(entry, models.Model)
