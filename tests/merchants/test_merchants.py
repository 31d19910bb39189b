from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from marketplace.accounts.actions import create_user, grant_role, revoke_role
from marketplace.accounts.models import User
from marketplace.accounts.queries.policy import can
from marketplace.accounts.types import UnableToCreateUser
from marketplace.kernel.jobs.models import OutboxJob
from marketplace.kernel.scope import ScopeMissing, merchant_scope
from marketplace.merchants import actions, models, queries
from marketplace.merchants.invoice_numbers import check_invoice_number
from marketplace.merchants.types import LEGAL_FIELDS, MerchantMissing, UnableToJoin, UnableToSave
from plugins.runtime.loading import Plugins, use_plugins

pytestmark = pytest.mark.django_db
NOTICE = {code: {"ja": f"{code}です", "en": code} for code in LEGAL_FIELDS}


@pytest.fixture(autouse=True)
def no_plugins():
    former = use_plugins(Plugins([]))
    yield
    use_plugins(former)


def join(code="kiriko", **overrides):
    values = {
        "code": code,
        "owner_key": f"own-{code}",
        "name": {"ja": "切子堂", "en": "Kirikodo"},
        "address": {"ja": "吾妻橋"},
        "representative": "架空の人",
        "phone": "03-0000-0000",
        "email": "a@example.com",
        "joined_on": date(2026, 1, 1),
        "legal_notice": NOTICE,
        "actor": "test",
    }
    return actions.join_merchant(**(values | overrides))


def test_a_merchant_joins_with_its_notice_and_asks_for_its_place_at_saleor():
    merchant = join(invoice_number="T7000012050002", is_corporation=True)

    assert queries.get_merchant(code="kiriko") == merchant == queries.get_merchant_by_id(merchant_id=merchant.id)
    notice = queries.legal_notice(merchant_id=merchant.id)
    assert [code for code, words in notice.items() if words["ja"] and words["en"]] == list(LEGAL_FIELDS)
    assert len(LEGAL_FIELDS) == 11
    assert list(OutboxJob.objects.values_list("kind", "key")) == [(actions.OPEN_JOB, merchant.id)]


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"name": {"en": "Kiriko"}}, UnableToJoin),
        ({"legal_notice": {**NOTICE, "returns": {"ja": "可", "en": " "}}}, UnableToSave),
        ({"invoice_number": "T123"}, UnableToSave),
        ({"invoice_number": "T1234567890123", "is_corporation": True}, UnableToSave),
    ],
)
def test_what_is_incomplete_does_not_join(overrides, error):
    with pytest.raises(error):
        join(**overrides)

    assert models.Merchant.objects.count() == OutboxJob.objects.count() == 0


def test_a_code_is_taken_once():
    join()

    with pytest.raises(UnableToJoin):
        join()


@pytest.mark.parametrize("number", ["x", "0", "-1", "999"])
def test_nobody_answers_to_an_unknown_id(number):
    with pytest.raises(MerchantMissing):
        queries.get_merchant_by_id(merchant_id=number)


@pytest.mark.parametrize(
    ("number", "is_corporation", "verdict"),
    [
        ("T7000012050002", True, "valid"),
        ("T8700110005901", True, "valid"),
        ("T5835678256246", True, "valid"),
        ("T1234567890123", True, "check_digit"),
        ("T1234567890123", False, "unchecked"),
        ("7000012050002", True, "format"),
        ("T700001205000", True, "format"),
        ("T７000012050002", True, "format"),
    ],
)
def test_invoice_numbers_are_judged_by_their_form(number, is_corporation, verdict):
    assert check_invoice_number(number, is_corporation=is_corporation) == verdict


def test_permits_are_valid_through_their_last_day_and_renewing_asks_for_a_check():
    merchant = join()
    term = {"merchant_id": merchant.id, "kind": "food", "number": "1", "evidence": "", "actor": "test"}

    actions.add_permit(valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30), **term)
    actions.renew_permit(valid_from=date(2026, 8, 1), valid_to=None, **term)

    def valid(day):
        return [each.valid_from for each in queries.permits(merchant_id=merchant.id, on_date=day)]

    assert valid(date(2026, 6, 30)) == [date(2026, 1, 1)]
    assert valid(date(2026, 7, 1)) == []
    assert valid(date(2030, 1, 1)) == [date(2026, 8, 1)]
    assert OutboxJob.objects.filter(kind=actions.RECHECK_JOB, key=merchant.id).count() == 1
    seen = queries.merchants_for_plugins(ids=[merchant.id], on_date=date(2026, 6, 1))[merchant.id]
    assert [permit.kind for permit in seen.permits] == ["food"]
    with pytest.raises(UnableToSave):
        actions.add_permit(valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1), **term)


def test_bank_accounts_cannot_be_read_outside_their_merchant():
    one, other = join(), join("nori")
    with merchant_scope(one.id):
        models.PayoutAccount.objects.create(
            merchant_id=int(one.id),
            bank_code="0001",
            branch_code="001",
            kind="普通",
            number="1234567",
            holder_kana="カクウ",
        )

    assert queries.payout_account(merchant_id=one.id).number == "1234567"
    assert queries.payout_account(merchant_id=other.id) is None
    with pytest.raises(ScopeMissing):
        models.PayoutAccount.objects.count()


def test_members_act_for_their_own_merchant_only():
    one, other = join(), join("nori")
    owner = create_user(email="Owner@example.com", name="Owner", actor="test", password="pw")
    actions.add_member(merchant_id=one.id, user_id=owner.id, role="owner", actor="test")
    user = User.objects.get(email="owner@example.com")

    assert can(user, "orders.parcel:ship", merchant_id=one.id)
    assert not can(user, "orders.parcel:ship", merchant_id=other.id)
    assert not can(user, "orders.parcel:ship")
    assert not can(user, "curation.feature:add")
    actions.add_member(merchant_id=one.id, user_id=owner.id, role="staff", actor="test")
    assert can(user, "orders.parcel:ship", merchant_id=one.id)
    assert not can(user, "settlement.earnings:view", merchant_id=one.id)


def test_roles_of_the_ward_are_given_and_taken_and_end_with_the_account():
    person = create_user(email="desk@example.com", name="Desk", actor="test", roles=("ward_desk",))
    user = User.objects.get(pk=person.id)

    assert can(user, "curation.feature:add")
    assert not can(user, "merchants.payout_account:view", merchant_id="1")
    grant_role(user_id=person.id, role="marketer", actor="test")
    assert can(user, "pool.cube:read")
    revoke_role(user_id=person.id, role="ward_desk", actor="test")
    assert not can(user, "curation.feature:add")
    user.is_active = False
    assert not can(user, "pool.cube:read")
    assert not can(None, "pool.cube:read")
    with pytest.raises(UnableToCreateUser):
        create_user(email="DESK@example.com", name="Again", actor="test")


def make_picture(size=(1600, 1200), kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", size, (140, 47, 34)).save(out, kind)
    return out.getvalue()


def test_a_merchants_picture_is_kept_in_one_ratio_and_two_widths(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    merchant, other = join(), join("other")

    actions.set_portrait(merchant_id=merchant.id, content=make_picture(), actor="test")

    shown = queries.get_merchant(code="kiriko").portrait
    sizes = [Image.open(tmp_path / shown[width].removeprefix("/files/")).size for width in ("w480", "w960")]
    assert sizes == [(480, 600), (960, 1200)]
    assert queries.get_merchant(code=other.code).portrait == {}


@pytest.mark.parametrize("content", [b"no picture", b"", make_picture(kind="BMP")], ids=["text", "nothing", "bmp"])
def test_what_is_no_picture_changes_nothing(settings, tmp_path, content):
    settings.MEDIA_ROOT = tmp_path
    merchant = join()

    with pytest.raises(UnableToSave):
        actions.set_portrait(merchant_id=merchant.id, content=content, actor="test")

    assert queries.get_merchant(code="kiriko").portrait == {}
    assert list(tmp_path.rglob("*.webp")) == []
