"""Permission groups of staff: who may give whom which permission, and for which channels."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.customers.models import Group, User
from infra.engine.deliveries import emit
from infra.engine.products.models import Channel
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.schema.lengths import check_row

SCOPE = "You can't add permission that you don't have."
Problems = list[MutationError]


def permissions_of(user: User) -> set[str]:
    """Return the permissions that a member of staff has from the groups."""
    return {name for group in user.groups.all() for name in group.permissions} if user.is_staff else set()


def may_manage(requestor: Requestor, permissions: set[str]) -> bool:
    """Return whether the requestor has everything that is in `permissions`."""
    return is_superuser(requestor) or permissions <= requestor.permissions


def is_superuser(requestor: Requestor) -> bool:
    return bool(requestor.user is not None and requestor.user.is_superuser)


def manageable_groups(requestor: Requestor) -> list[Group]:
    """Return the groups whose permissions the requestor has, by pk."""
    return [group for group in Group.objects.all() if may_manage(requestor, set(group.permissions))]


def channels_of(user: User) -> set[int] | None:
    """Return the pks of the channels a member of staff may work on; None for all of them."""
    groups = list(user.groups.prefetch_related("channels"))
    if user.is_superuser or any(not group.restricted_access_to_channels for group in groups):
        return None
    return {channel.pk for group in groups for channel in group.channels.all()}


def save_group(requestor: Requestor, group: Group, changes: dict[str, Any]) -> Group:
    """Write a new or changed group: `changes` are name, restricted, add_ and remove_ permissions, users and channels.

    Raises UserErrors. What the requestor has not, nobody gets from the requestor.
    """
    is_new = group.pk is None
    problems = _problems(requestor, group, changes)
    if problems:
        raise UserErrors(problems)
    with transaction.atomic("engine"):
        group.permissions = sorted(
            (set(group.permissions) | set(changes["add_permissions"])) - set(changes["remove_permissions"])
        )
        group.name = changes.get("name") or group.name
        if changes.get("restricted") is not None:
            group.restricted_access_to_channels = changes["restricted"]
        check_row(group)
        group.save()
        group.users.add(*changes["add_users"])
        group.users.remove(*changes["remove_users"])
        if group.restricted_access_to_channels:
            group.channels.add(*changes["add_channels"])
            group.channels.remove(*changes["remove_channels"])
        else:
            group.channels.clear()
        emit(event="PERMISSION_GROUP_CREATED" if is_new else "PERMISSION_GROUP_UPDATED", obj=group)
    return group


def delete_group(requestor: Requestor, group: Group) -> None:
    """Delete a group. Raises UserErrors.

    Nobody deletes one of more permissions or channels than their own, nor their own last one, nor one without which
    nobody who manages staff would have a permission of it any more; superusers do.
    """
    with transaction.atomic("engine"):
        if not is_superuser(requestor):
            _check_scope(requestor, group)
            if lost := _unmanageable_without(group):
                text = "Group cannot be removed, some of permissions will not be manageable."
                raise refuse("id", text, "LEFT_NOT_MANAGEABLE_PERMISSION", permissions=lost)
            if requestor.user is not None and list(requestor.user.groups.all()) == [group]:
                raise refuse("id", "You cannot delete your last group.", "CANNOT_REMOVE_FROM_LAST_GROUP")
        emit(event="PERMISSION_GROUP_DELETED", obj=group)
        group.delete()


def _check_scope(requestor: Requestor, group: Group) -> None:
    """Raise UserErrors where a group has permissions or channels that the requestor has not."""
    if not may_manage(requestor, set(group.permissions)):
        text = "You can't manage group with permissions out of your scope."
        raise refuse(None, text, "OUT_OF_SCOPE_PERMISSION")
    own = channels_of(requestor.user)
    if own is None:
        return
    all_channels = group.channels if group.restricted_access_to_channels else Channel.objects
    if all_channels.exclude(pk__in=own).exists():
        text = "You can't manage group with channels out of your scope."
        raise refuse(None, text, "OUT_OF_SCOPE_CHANNEL")


def _unmanageable_without(group: Group) -> list[str]:
    """Return the group's permissions that, by other groups, nobody active has who may manage staff by other groups."""
    lost = set(group.permissions)
    members = User.objects.filter(is_active=True, groups__isnull=False).distinct()  # not every customer of the shop
    for user in members.prefetch_related("groups"):
        kept = {name for other in user.groups.all() if other.pk != group.pk for name in other.permissions}
        if "MANAGE_STAFF" in kept:
            lost -= kept
    return sorted(lost)


def _problems(requestor: Requestor, group: Group, changes: dict[str, Any]) -> Problems:
    if group.pk is not None:
        _check_scope(requestor, group)
    problems = _twice(changes)
    if problems:
        return problems
    if changes.get("name") and Group.objects.filter(name=changes["name"]).exclude(pk=group.pk).exists():
        problems.append(MutationError.of("name", "Group with this Name already exists.", "UNIQUE"))
    problems += _channel_problems(requestor, changes)
    for field, names in (
        ("addPermissions", changes["add_permissions"]),
        ("removePermissions", changes["remove_permissions"]),
    ):
        beyond = [] if is_superuser(requestor) else [name for name in names if not requestor.has_perm(name)]
        if beyond:
            problems.append(MutationError.of(field, SCOPE, "OUT_OF_SCOPE_PERMISSION", permissions=beyond))
    strangers = [user for user in changes["add_users"] if not user.is_staff]
    if strangers:
        text = "User must be staff member."
        problems.append(MutationError.of("addUsers", text, "ASSIGN_NON_STAFF_MEMBER", users=_ids(strangers)))
    return problems + _leaving_problems(requestor, group, changes)


def _twice(changes: dict[str, Any]) -> Problems:
    problems = []
    for name in ("permissions", "users", "channels"):
        both = [each for each in changes[f"add_{name}"] if each in changes[f"remove_{name}"]]
        if both:
            text = "The same object cannot be in both lists for adding and removing items."
            said = both if name == "permissions" else _ids(both)
            problems.append(MutationError.of(name, text, "DUPLICATED_INPUT_ITEM", **{name: said}))
    return problems


def _channel_problems(requestor: Requestor, changes: dict[str, Any]) -> Problems:
    own = channels_of(requestor.user)
    if own is None:
        return []
    if changes.get("restricted") is False and Channel.objects.exclude(pk__in=own).exists():
        text = "You can't manage group with channels out of your scope."
        raise refuse("restrictedAccessToChannels", text, "OUT_OF_SCOPE_CHANNEL")
    beyond = [channel for channel in changes["add_channels"] + changes["remove_channels"] if channel.pk not in own]
    if not beyond:
        return []
    text = "You can't add channel that you don't have access to."
    ids = [to_global_id("Channel", channel.pk) for channel in beyond]
    return [MutationError.of("addChannels", text, "OUT_OF_SCOPE_CHANNEL", channels=ids)]


def _leaving_problems(requestor: Requestor, group: Group, changes: dict[str, Any]) -> Problems:
    """Nobody leaves the last group by own hand, and every permission keeps somebody who can hand it on."""
    problems: Problems = []
    if is_superuser(requestor):
        return problems
    leaving = changes["remove_users"]
    beyond = [user for user in leaving if not may_manage(requestor, permissions_of(user))]
    if beyond:
        text = "You can't manage these users."
        problems.append(MutationError.of("removeUsers", text, "OUT_OF_SCOPE_USER", users=_ids(beyond)))
    if requestor.user in leaving and requestor.user.groups.count() == 1:
        text = "You cannot remove yourself from your last group."
        users = _ids([requestor.user])
        problems.append(MutationError.of("removeUsers", text, "CANNOT_REMOVE_FROM_LAST_GROUP", users=users))
    lost = left_unmanageable(without_users=leaving, of_group=group) if leaving else []
    if lost:
        text = "Users cannot be removed, some of permissions will not be manageable."
        problems.append(MutationError.of("removeUsers", text, "LEFT_NOT_MANAGEABLE_PERMISSION", permissions=lost))
    taken = changes["remove_permissions"]
    lost = left_unmanageable(without_permissions=taken, of_group=group) if taken else []
    if lost:
        text = "Permissions cannot be removed, some of permissions will not be manageable."
        problems.append(MutationError.of("removePermissions", text, "LEFT_NOT_MANAGEABLE_PERMISSION", permissions=lost))
    return problems


def left_unmanageable(
    *,
    without_users: list[User] | None = None,
    without_permissions: list[str] | None = None,
    of_group: Group | None = None,
) -> list[str]:
    """Return the permissions that no active member of staff with MANAGE_STAFF would have any more.

    Without the users in `of_group` (in all groups, when None), or without the permissions in `of_group`.
    """
    gone = {user.pk for user in without_users or ()}
    taken = set(without_permissions or ())
    before: set[str] = set()
    after: set[str] = set()
    for user in User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups"):
        kept: set[str] = set()
        for group in user.groups.all():
            concerned = of_group is None or group.pk == of_group.pk
            if not (concerned and user.pk in gone):
                kept |= set(group.permissions) - (taken if concerned else set())
        had = permissions_of(user)
        before |= had if "MANAGE_STAFF" in had else set()
        after |= kept if "MANAGE_STAFF" in kept else set()
    return sorted(before - after)


def _ids(users: list[Any]) -> list[str]:
    return [to_global_id(type(each).__name__, each.pk) for each in users]
