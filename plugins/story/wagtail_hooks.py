"""Wagtail's own hooks: after an editor's change the shop follows at once, without waiting for the worker."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from plugins.story.actions import sync_stories


@hooks.register("after_publish_page")
@hooks.register("after_unpublish_page")
@hooks.register("after_edit_page")
@hooks.register("after_delete_page")
def follow(request: HttpRequest, page: Any) -> None:
    sync_stories()
