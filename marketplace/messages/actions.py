"""Writing to people: rendered at once, kept for good, delivered by a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from marketplace.kernel import clock
from marketplace.kernel.jobs.actions import enqueue
from marketplace.messages.models import KeptMail

DELIVER_JOB = "messages.deliver"
SOURCE_LANGUAGE = "ja"
OTHER_LANGUAGE = "en"


def send_mail(*, key: str, to: str, template: str, language: str, context: Mapping[str, Any]) -> bool:
    """Write one mail to one address, once per `key`; returns false when it was written before.

    Arguments: `key`, the domain's own name of it (`order:<id>:paid`); `template`, a name in `templates/mail/`; a
    `language` without templates is read in English, Japanese in Japanese; `context`, what the template shows.
    The first line of the text template is the subject. Written in the caller's transaction.
    """
    if KeptMail.objects.filter(key=key).exists():
        return False
    chosen = SOURCE_LANGUAGE if language.lower().startswith("ja") else OTHER_LANGUAGE
    values = {**context, "language": chosen}
    subject, _, text = render_to_string(f"mail/{template}.{chosen}.txt", values).strip().partition("\n")
    html = render_to_string("mail/frame.html", {"subject": subject, "text": text.strip(), "language": chosen})
    row = KeptMail(
        key=key,
        to=to,
        template=template,
        language=chosen,
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=html,
        written_at=clock.now(),
    )
    with transaction.atomic():
        KeptMail.objects.bulk_create([row], ignore_conflicts=True)
        enqueue(kind=DELIVER_JOB, key=key, payload={"key": key})
    return True


def deliver_mail(*, key: str) -> None:
    """Hand a kept mail to the mail server of the settings; without `MALL_SEND_MAIL` it is only kept and shown.

    A crash after the server took it sends it again, under the same Message-ID, so that readers' programs show one.
    """
    row = KeptMail.objects.get(key=key)
    if row.state != KeptMail.State.WAITING:
        return
    state = KeptMail.State.KEPT
    if getattr(settings, "MALL_SEND_MAIL", False):
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
        mail = EmailMultiAlternatives(
            row.subject, row.text, to=[row.to], headers={"Message-ID": f"<mall-{row.pk}@{domain}>"}
        )
        mail.attach_alternative(row.html, "text/html")
        mail.send()
        state = KeptMail.State.SENT
    KeptMail.objects.filter(pk=row.pk).update(state=state)
