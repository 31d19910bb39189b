"""The ways into the mall for those who work in it: none that another could use."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from marketplace.accounts.actions import create_user, grant_role, revoke_role
from marketplace.accounts.models import User
from marketplace.messages.queries import list_mail

pytestmark = pytest.mark.django_db
PASSWORD = "a long password 1"  # noqa: S105
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
)


def make_user(email="desk@example.com", **fields):
    person = create_user(email=email, name="窓口", password=PASSWORD, actor="test", **fields)
    return User.objects.get(pk=person.id)


def test_nobody_signs_up_by_himself():
    client = Client()
    fields = {"email": "future-member@example.com", "password1": PASSWORD, "password2": PASSWORD}

    assert "<form" not in re.sub(
        r"<form[^>]*(login|search|language).*?</form>", "", client.get("/accounts/signup/").text
    )
    client.post("/accounts/signup/", fields)

    assert not User.objects.exists()


def test_a_new_password_is_asked_for_by_a_kept_letter_in_the_users_language():
    make_user(locale="en")
    client = Client()

    answer = client.post("/accounts/password/reset/", {"email": "desk@example.com"})

    (letter,) = list_mail(to="desk@example.com")
    assert answer.status_code == 302
    assert letter.subject == "Set a new password"
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", letter.text)
    assert link is not None
    form = client.get(link.group(1), follow=True)
    changed = client.post(form.redirect_chain[-1][0], {"password1": "another long 2", "password2": "another long 2"})
    assert changed.status_code == 302
    assert User.objects.get().check_password("another long 2")


def test_a_stranger_learns_nothing_from_asking():
    make_user()

    known = Client().post("/accounts/password/reset/", {"email": "desk@example.com"})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert list_mail(to="nobody@example.com") == []


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(target):
    make_user()

    answer = Client().post("/accounts/login/", {"login": "desk@example.com", "password": PASSWORD, "next": target})

    assert answer.status_code == 302
    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", ["/cms/login/", "/cms/password_reset/", "/cms/password_reset/confirm/x/y/"])
def test_wagtails_own_doors_lead_to_the_malls(path):
    make_user(roles=("ward_desk",))
    fields = {"username": "desk@example.com", "password": PASSWORD, "email": "desk@example.com"}

    for answer in (Client().get(path), Client().post(path, fields)):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/cms/")
        assert "sessionid" not in answer.cookies


def test_whoever_lost_the_role_is_out_of_every_page_of_the_cms_at_once():
    user = make_user()
    grant_role(user_id=user.pk, role="ward_desk", actor="test")
    client = Client()
    client.force_login(user)
    pages = ("/cms/", "/cms/pages/", "/cms/images/", "/cms/account/")
    assert [client.get(path).status_code for path in pages] == [200] * len(pages)

    revoke_role(user_id=user.pk, role="ward_desk", actor="test")

    assert user.groups.exists()  # what Wagtail itself would go by
    assert [client.get(path).status_code for path in reversed(pages)] == [403] * len(pages)


def test_a_right_kept_in_wagtails_own_tables_opens_nothing():
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(user)

    assert client.get("/cms/pages/").status_code == 403


def test_an_editor_of_stories_is_no_administrator():
    client = Client()
    client.force_login(make_user(roles=("ward_desk",)))

    paths = ("users/", "groups/", "sites/", "settings/", "documents/", "documents/add/", "collections/", "redirects/")
    assert [path for path in paths if client.get(f"/cms/{path}").status_code == 200] == []
