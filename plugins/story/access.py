"""Who may write stories: whoever the mall's policy lets, kept as membership of one Wagtail group."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from marketplace.accounts.queries.policy import can

GROUP = "Story editors"
PERMISSION = "story.page:write"
PAGE_RIGHTS = ("add_page", "change_page", "publish_page")
IMAGE_RIGHTS = ("add_image", "change_image", "choose_image")


def let_in(user: Any) -> bool:
    """Bring a user's membership of the editors to what the policy says now. Returns whether he may enter."""
    group = _group()
    may = can(user, PERMISSION)
    if may != user.groups.filter(pk=group.pk).exists():  # no write where nothing changes
        (user.groups.add if may else user.groups.remove)(group)
    return may


def _group() -> Group:
    group, is_new = Group.objects.get_or_create(name=GROUP)
    if is_new:
        group.permissions.add(Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin"))
        root, collection = Page.objects.get(depth=1), Collection.get_first_root_node()
        for codename in PAGE_RIGHTS:
            right = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)
        for codename in IMAGE_RIGHTS:
            right = Permission.objects.get(codename=codename, content_type__app_label="wagtailimages")
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=right)
    return group
