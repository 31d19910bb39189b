"""The number that tells kept pages from stale ones."""

from __future__ import annotations

from django.db.models import F

from marketplace.kernel import clock

DAYS = 1_000_000


def mark_pages_changed() -> None:
    """Say, in the caller's transaction, that public pages show something else now. One statement."""
    from marketplace.kernel.models import PageRevision

    if not PageRevision.objects.filter(pk=1).update(number=F("number") + 1):
        PageRevision.objects.get_or_create(pk=1, defaults={"number": 1})


def page_revision() -> int:
    """Return a number that moves with every marked change and with the mall's day. One statement."""
    from marketplace.kernel.models import PageRevision

    number = PageRevision.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    return number * DAYS + clock.today().toordinal()
