"""The way into Wagtail."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.admin.views.home import HomeView

from plugins.story.access import let_in


@login_required
def enter(request: HttpRequest) -> HttpResponse:
    """Show Wagtail's first page to whoever may write stories."""
    if not let_in(request.user):
        raise PermissionDenied
    return HomeView.as_view()(request)
