"""Reading kept mails."""

from __future__ import annotations

from marketplace.messages.models import KeptMail
from marketplace.messages.types import Mail


def list_mail(*, to: str | None = None, limit: int = 200) -> list[Mail]:
    """Return kept mails, newest first, of one address or all."""
    rows = KeptMail.objects.order_by("-id")
    if to is not None:
        rows = rows.filter(to__iexact=to)
    return [_mail(row) for row in rows[:limit]]


def get_mail(*, key: str) -> Mail | None:
    """Return the mail of `key`, or None when nothing was written under it."""
    row = KeptMail.objects.filter(key=key).first()
    return _mail(row) if row else None


def was_written(*, key_prefix: str) -> bool:
    """Whether any mail was written whose key begins so."""
    return KeptMail.objects.filter(key__startswith=key_prefix).exists()


def _mail(row: KeptMail) -> Mail:
    return Mail(row.key, row.to, row.template, row.language, row.subject, row.text, row.html, row.written_at, row.state)
