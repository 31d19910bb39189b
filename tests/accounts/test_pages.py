"""Signing in and asking for a new password, in the house's look and the reader's language."""

from __future__ import annotations

import re

import pytest

from marketplace.accounts.actions import create_user
from marketplace.messages.queries import list_mail

pytestmark = pytest.mark.django_db
PAGES = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/signup/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_page_is_of_the_house_in_the_readers_language(client, path, language):
    page = client.get(path, headers={"Accept-Language": language}).content.decode()

    assert f'<html lang="{language}"' in page
    assert "desk.css" in page
    assert page.count("<h1") == 1
    assert ("まちいち" in page) == (language == "ja")


def test_a_wrong_password_is_said_and_the_address_is_kept(client):
    create_user(email="tencho@work.test", name="店主", password="kore-wa-tamesi-9", actor="test")

    page = client.post("/accounts/login/", {"login": "tencho@work.test", "password": "chigau"})
    text = page.content.decode()

    assert 'role="alert"' in text
    assert 'value="tencho@work.test"' in text


def test_a_new_password_comes_by_a_letter_and_its_link_works_once(client):
    create_user(email="tencho@work.test", name="店主", password="kore-wa-tamesi-9", actor="test")

    client.post("/accounts/password/reset/", {"email": "tencho@work.test"})
    (letter,) = list_mail(to="tencho@work.test")
    path = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", letter.text).group(1)
    form = client.get(path, follow=True)
    here = form.request["PATH_INFO"]
    client.post(here, {"password1": "atarashii-kotoba-7", "password2": "atarashii-kotoba-7"})

    assert letter.language == "ja"
    assert client.login(username="tencho@work.test", email="tencho@work.test", password="atarashii-kotoba-7")
    again = type(client)().get(path, follow=True).content.decode()
    assert "このリンクは使えません" in again


def test_nobody_learns_whether_an_address_is_known(client):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@work.test"}, follow=True)

    assert "メールをご覧ください" in answer.content.decode()
    assert list_mail(to="nobody@work.test") == []
