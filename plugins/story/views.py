"""The way into Wagtail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from wagtail.admin.views.home import HomeView

from plugins.story.access import let_in


def editors_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask the mall's policy at every page of Wagtail: whoever may no longer write stories is out at once.

    Whoever is not signed in is left to Wagtail, which sends him to the mall's sign-in.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not let_in(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the mall's own sign-in."""
    return redirect_to_login(reverse("story_enter"))


@login_required
def enter(request: HttpRequest) -> HttpResponse:
    """Show Wagtail's first page to whoever may write stories."""
    if not let_in(request.user):
        raise PermissionDenied
    return HomeView.as_view()(request)
