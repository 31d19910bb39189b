from __future__ import annotations

import pytest
from django.core import mail as outbox

from marketplace.kernel.jobs.models import OutboxJob
from marketplace.messages.actions import deliver_mail, send_mail
from marketplace.messages.queries import get_mail, list_mail

pytestmark = pytest.mark.django_db
CONTEXT = {
    "number": "7",
    "merchant": "切子堂 <b>",
    "lines": [{"name": "杯 & 盆", "quantity": 2}],
    "carrier": "郵便",
    "tracking_number": "123",
    "link": "http://localhost:8000/jp/ja/o/x/",
}


def write(**overrides):
    values = {
        "key": "order:1:shipped",
        "to": "a@example.com",
        "template": "parcel_shipped",
        "language": "ja",
        "context": CONTEXT,
    }
    return send_mail(**(values | overrides))


def test_a_mail_is_written_once_and_kept_as_it_was():
    assert write() is True
    assert write(context={**CONTEXT, "number": "8"}) is False

    (mail,) = list_mail(to="A@example.com")
    assert mail.subject == "切子堂 <b> が、ご注文 7 の商品を発送しました"
    assert "杯 & 盆 × 2" in mail.text and "123" in mail.text
    assert "切子堂 &lt;b&gt;" in mail.html and "<b>" not in mail.html
    assert '<a href="http://localhost:8000/jp/ja/o/x/"' in mail.html
    assert OutboxJob.objects.filter(kind="messages.deliver").count() == 1


@pytest.mark.parametrize(("language", "chosen"), [("ja", "ja"), ("JA_JP", "ja"), ("en", "en"), ("zh-Hant", "en")])
def test_readers_get_their_language_else_english(language, chosen):
    write(language=language)

    assert get_mail(key="order:1:shipped").language == chosen


def test_by_default_a_mail_is_kept_and_shown_not_sent():
    write()
    deliver_mail(key="order:1:shipped")

    assert get_mail(key="order:1:shipped").state == "kept"
    assert outbox.outbox == []


def test_with_a_mail_server_it_is_sent_once(settings):
    settings.MALL_SEND_MAIL = True
    write()
    deliver_mail(key="order:1:shipped")
    deliver_mail(key="order:1:shipped")

    (sent,) = outbox.outbox
    assert (sent.to, get_mail(key="order:1:shipped").state) == (["a@example.com"], "sent")
    assert sent.alternatives[0][1] == "text/html"
