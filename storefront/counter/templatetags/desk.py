"""Parts of staff pages: the navigation, the way back after a form was refused."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
ANSWERS_ELSEWHERE = ("accept", "ship", "refuse", "publish", "withdraw", "relist", "retry")
"""Forms whose address answers to POST alone: their page is one step up."""


@register.simple_tag(takes_context=True)
def nav_link(context: dict[str, Any], label: str, view: str, *parts: str, also: str = "") -> SafeString:
    """Return one entry of the navigation, marked when the page is `view` or one of the view names in `also`."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    space = view.partition(":")[0]
    is_here = here in {view, *(f"{space}:{each}" for each in also.split())}
    mark = SafeString(' aria-current="page"') if is_here else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', reverse(view, args=parts), mark, label)


@register.simple_tag(takes_context=True)
def this_page(context: dict[str, Any]) -> str:
    """Return the address to come back to this page by GET, without ?lang= and page marks."""
    request = context["request"]
    match = request.resolver_match
    path: str = request.path
    if request.method == "POST" and match and match.url_name in ANSWERS_ELSEWHERE:
        return path.rstrip("/").rpartition("/")[0] + "/"
    query = request.GET.copy()
    query.pop("lang", None)
    return f"{path}?{query.urlencode()}" if query else path


@register.filter
def named(words: dict[str, str], language: str) -> str:
    """Return the words in a language, in Japanese where there are none in it."""
    return words.get(language[:2]) or words.get("ja", "")


@register.filter
def of(values: dict[str, Any], key: str) -> Any:
    """Return a value by its key, "" when there is none."""
    return values.get(key, "") if values else ""


@register.filter
def zero(value: int) -> str:
    """Return the class of an amount that says nothing, for narrow pages to leave out."""
    return "zero" if not value else ""
