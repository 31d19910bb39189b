"""Somebody with a browser but without JavaScript: follows links, fills in forms, keeps cookies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag


@dataclass(frozen=True)
class Page:
    """One answer: where it came from after redirects, its status, and its text and markup."""

    url: str
    status: int
    headers: httpx.Headers
    body: str

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.body, "html.parser")

    @property
    def text(self) -> str:
        """What a person reads, white space collapsed."""
        return " ".join(self.soup.get_text(" ").split())

    def links(self, containing: str = "") -> list[str]:
        """Return absolute addresses of links whose address contains `containing`, in the page's order, once each."""
        found = (urljoin(self.url, str(link["href"])) for link in self.soup.select("a[href]"))
        return list(dict.fromkeys(each for each in found if containing in each))

    def select(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def form(self, selector: str = "form") -> Tag:
        """Return the first form that matches a CSS selector. Raises LookupError with the forms there are."""
        found = self.soup.select_one(selector)
        if found is None:
            there = [str(form.get("action")) for form in self.soup.select("form")]
            raise LookupError(f"no {selector!r} at {self.url} ({self.status}); forms: {there}; text: {self.text[:400]}")
        form = found if found.name == "form" else found.find_parent("form")
        if form is None:
            raise LookupError(f"{selector!r} at {self.url} is in no form")
        return form


FRESH = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: a server may close a kept one just when the next request goes out on it, which a
browser sends again by itself and httpx does not."""


class Visitor:
    """One cookie jar and one language."""

    def __init__(self, base: str, language: str, saleor: str = "/graphql/") -> None:
        self.base = base
        self.saleor = saleor  # where Saleor's GraphQL is
        self.client = httpx.Client(
            base_url=base,
            follow_redirects=True,
            timeout=60,
            headers={"Accept-Language": language},
            trust_env=False,
            limits=FRESH,
        )

    def get(self, path: str, **query: Any) -> Page:
        return self._page(self.client.get(path, params=query or None))

    def post(self, path: str, fields: dict[str, Any] | None = None, *, origin: str = "") -> Page:
        """Send a form as the browser would, with the CSRF token of the last page."""
        token = self.client.cookies.get("csrftoken", "")
        data = {"csrfmiddlewaretoken": token, **(fields or {})}
        return self._page(self.client.post(path, data=data, headers={"Referer": origin or self.base + "/"}))

    def submit(self, page: Page, selector: str = "form", *, button: str = "", **fields: Any) -> Page:
        """Send a form of `page`: its own values, then `fields` over them (None leaves a field out).

        button: the name of the submit button pressed, where a form has several; its value goes along.
        """
        form = page.form(selector)
        data = {key: value for key, value in {**values_of(form, button), **fields}.items() if value is not None}
        action = urljoin(page.url, str(form.get("action") or page.url))
        if str(form.get("method", "get")).lower() == "get":
            return self._page(self.client.get(action, params=data))
        files = None
        if form.get("enctype") == "multipart/form-data":
            files = {key: data.pop(key) for key in list(data) if isinstance(data[key], tuple)}
        return self._page(self.client.post(action, data=data, files=files or None, headers={"Referer": page.url}))

    def graphql(self, query: str, variables: dict[str, Any] | None = None, *, token: str = "") -> dict[str, Any]:
        """Ask Saleor, or the engine, as anybody could over HTTP."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables or {}}
        answer: dict[str, Any] = self.client.post(self.saleor, json=body, headers=headers).json()
        return answer

    def _page(self, response: httpx.Response) -> Page:
        return Page(str(response.url), response.status_code, response.headers, response.text)


def values_of(form: Tag, button: str = "") -> dict[str, Any]:
    """Return what a browser would send of a form as it stands; several values of one name become a list."""
    values: dict[str, Any] = {}
    for control in form.select("input[name], select[name], textarea[name], button[name]"):
        name = str(control["name"])
        for value in _values(control, button):
            values[name] = value if name not in values else [*_listed(values[name]), value]
    return values


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _values(control: Tag, button: str) -> list[str]:
    if control.has_attr("disabled"):
        return []
    if control.name == "textarea":
        return [control.get_text()]
    if control.name == "select":
        options = control.select("option[selected]") or (
            [] if control.has_attr("multiple") else control.select("option")[:1]
        )
        return [str(option.get("value", option.get_text())) for option in options]
    kind = str(control.get("type", "submit" if control.name == "button" else "text")).lower()
    if kind in ("submit", "image", "button", "reset", "file"):
        return [str(control.get("value", ""))] if kind == "submit" and control["name"] == button else []
    if kind in ("checkbox", "radio") and not control.has_attr("checked"):
        return []
    return [str(control.get("value", "on" if kind in ("checkbox", "radio") else ""))]
