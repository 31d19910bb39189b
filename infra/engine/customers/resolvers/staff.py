"""Staff and permission groups. Apps are not let near them."""

from __future__ import annotations

from typing import Any

from infra.engine.customers import groups, staff
from infra.engine.customers.actions import check_redirect_url, clean_email, link_with_token, password_tokens
from infra.engine.customers.filters import filter_people, order_people
from infra.engine.customers.models import Group, User
from infra.engine.deliveries import declare_event, emit
from infra.engine.products.models import Channel
from infra.engine.schema.binding import Batch, declare, field, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import asked_int, named_pk
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import STAFF_USER

for _payload in ("PermissionGroupCreate", "PermissionGroupUpdate", "PermissionGroupDelete"):
    declare(_payload, "group")
for _payload in ("StaffCreate", "StaffUpdate", "StaffDelete"):
    declare(_payload, "user")
declare("PermissionGroupError", "permissions users channels")
declare("StaffError", "permissions groups")
declare("StaffUserInput", "search ids status")
declare("PermissionGroupFilterInput", "search ids")
for _event in ("PERMISSION_GROUP_CREATED", "PERMISSION_GROUP_UPDATED", "PERMISSION_GROUP_DELETED"):
    declare_event(_event, "permissionGroup")
for _event in ("STAFF_CREATED", "STAFF_UPDATED", "STAFF_DELETED"):
    declare_event(_event, "user")
declare_event("STAFF_SET_PASSWORD_REQUESTED", "user", "redirectUrl", "token")
UNUSABLE = "!"
COLUMNS = {"firstName": "first_name", "lastName": "last_name", "note": "note", "isActive": "is_active"}


@root("Query", "permissionGroup")
@requires("MANAGE_STAFF")
def permission_group(context: Context, args: dict[str, Any]) -> Any:
    return Group.objects.filter(pk=asked_int(args["id"], "Group")).first()


@root("Query", "permissionGroups")
@requires("MANAGE_STAFF")
def permission_groups(context: Context, args: dict[str, Any]) -> Any:
    wanted, rows = args.get("filter") or {}, Group.objects.all()
    if wanted.get("search"):
        rows = rows.filter(name__icontains=wanted["search"])
    if wanted.get("ids"):
        rows = rows.filter(pk__in=[asked_int(gid, "Group") for gid in wanted["ids"]])
    down = "-" if (args.get("sortBy") or {}).get("direction") == "DESC" else ""
    return connect(rows, args, order=(f"{down}name", "pk"))


@root("Query", "staffUsers", args="filter sortBy before after first last")
@requires("MANAGE_STAFF")
def staff_users(context: Context, args: dict[str, Any]) -> Any:
    wanted = args.get("filter") or {}
    rows = filter_people(User.objects.filter(is_staff=True), wanted)
    if wanted.get("status"):
        rows = rows.filter(is_active=wanted["status"] == "ACTIVE")
    rows, order = order_people(rows, args.get("sortBy"))
    return connect(rows, args, order=order)


def _no_apps(context: Context) -> None:
    if context.requestor.app is not None:
        raise PermissionDenied(message="Apps are not allowed to perform this mutation.")
    if not context.requestor.has_perm("MANAGE_STAFF"):
        raise PermissionDenied(("MANAGE_STAFF",))


def _rows(model: Any, gids: list[str] | None, type_name: str, name: str) -> list[Any]:
    pks = [named_pk(gid, type_name, field=name) for gid in gids or ()]
    found = model.objects.in_bulk([pk for pk in pks if pk])
    for gid, pk in zip(gids or (), pks, strict=True):
        if pk not in found:
            raise refuse(name, f"Could not resolve to a node with the global id of '{gid}'.", "NOT_FOUND")
    return [found[pk] for pk in pks]


def _group_changes(data: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {"name": data.get("name"), "restricted": data.get("restrictedAccessToChannels")}
    for verb in ("add", "remove"):
        changes[f"{verb}_permissions"] = data.get(f"{verb}Permissions") or []
        changes[f"{verb}_users"] = _rows(User, data.get(f"{verb}Users"), "User", f"{verb}Users")
        changes[f"{verb}_channels"] = _rows(Channel, data.get(f"{verb}Channels"), "Channel", f"{verb}Channels")
    return changes


def _group(gid: str) -> Group:
    pk = named_pk(gid, "Group")
    group = Group.objects.filter(pk=pk).first() if pk else None
    if group is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return group


@root("Mutation", "permissionGroupCreate")
def permission_group_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    _no_apps(context)
    if not args["input"]["name"].strip():
        raise refuse("name", "This field cannot be blank.", "REQUIRED")
    return {"group": groups.save_group(context.requestor, Group(), _group_changes(args["input"]))}


@root("Mutation", "permissionGroupUpdate")
def permission_group_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    _no_apps(context)
    return {"group": groups.save_group(context.requestor, _group(args["id"]), _group_changes(args["input"]))}


@root("Mutation", "permissionGroupDelete")
def permission_group_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    _no_apps(context)
    group = _group(args["id"])
    shown = Group.objects.get(pk=group.pk)
    groups.delete_group(context.requestor, group)
    return {"group": shown}


def _staff_changes(data: dict[str, Any], user: User) -> dict[str, Any]:
    changes: dict[str, Any] = {
        column: (data[name] or "") if column != "is_active" else data[name]
        for name, column in COLUMNS.items()
        if data.get(name) is not None
    }
    if data.get("email"):
        changes["email"] = clean_email(data["email"])
        if User.objects.filter(email=changes["email"]).exclude(pk=user.pk).exists():
            raise refuse("email", "User with this Email already exists.", "UNIQUE")
    for name, column in (("metadata", "metadata"), ("privateMetadata", "private_metadata")):
        if data.get(name):
            changes[column] = {**getattr(user, column), **pairs_to_dict(data[name], name)}
    changes["add_groups"] = _rows(Group, data.get("addGroups"), "Group", "addGroups")
    changes["remove_groups"] = _rows(Group, data.get("removeGroups"), "Group", "removeGroups")
    return changes


@root("Mutation", "staffCreate", args="input")
def staff_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    _no_apps(context)
    data = args["input"]
    if not data.get("email"):
        raise refuse("email", "This field cannot be blank.", "REQUIRED")
    if data.get("redirectUrl"):
        check_redirect_url(data["redirectUrl"])
    user = User.objects.filter(email=clean_email(data["email"]), is_staff=False).first() or User(password=UNUSABLE)
    is_new = user.pk is None
    staff.save_staff(context.requestor, user, _staff_changes(data, user))
    if is_new and data.get("redirectUrl"):
        emit(
            event="STAFF_SET_PASSWORD_REQUESTED",
            obj=user,
            **link_with_token(user, password_tokens, data["redirectUrl"]),
            shop=None,
        )
    return {"user": user}


def _staff_user(gid: str) -> User:
    pk = named_pk(gid, "User")
    user = User.objects.filter(pk=pk, is_staff=True).first() if pk else None
    if user is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return user


@root("Mutation", "staffUpdate")
def staff_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    _no_apps(context)
    user, data = _staff_user(args["id"]), args["input"]
    staff.check_scope(context.requestor, user)
    both = set(data.get("addGroups") or ()) & set(data.get("removeGroups") or ())
    if both:
        text = "The same object cannot be in both lists for adding and removing items."
        raise refuse(None, text, "DUPLICATED_INPUT_ITEM", groups=sorted(both))
    return {"user": staff.save_staff(context.requestor, user, _staff_changes(data, user))}


@root("Mutation", "staffDelete")
def staff_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    _no_apps(context)
    user = _staff_user(args["id"])
    shown = User.objects.get(pk=user.pk)
    staff.delete_staff(context.requestor, user)
    return {"user": shown}


@field("Group", "users")
@requires("MANAGE_STAFF")
def group_users(batch: Batch) -> list[Any]:
    links = User.groups.through.objects.filter(group_id__in=[group.pk for group in batch.parents])
    found: dict[int, list[User]] = {group.pk: [] for group in batch.parents}
    for link in links.select_related("user").order_by("user_id"):
        found[link.group_id].append(link.user)
    return [found[group.pk] for group in batch.parents]


@field("Group", "userCanManage")
@requires(STAFF_USER)
def group_user_can_manage(batch: Batch) -> list[bool]:
    return [groups.may_manage(batch.context.requestor, set(group.permissions)) for group in batch.parents]


@field("Group", "accessibleChannels")
def group_channels(batch: Batch) -> list[Any]:
    every = list(Channel.objects.all()) if any(not each.restricted_access_to_channels for each in batch.parents) else []
    found: dict[int, list[Channel]] = {group.pk: [] for group in batch.parents}
    links = Group.channels.through.objects.filter(group_id__in=found).select_related("channel")
    for link in links.order_by("channel__slug"):
        found[link.group_id].append(link.channel)
    return [found[group.pk] if group.restricted_access_to_channels else every for group in batch.parents]


declare("Group", "restrictedAccessToChannels")


@field("User", "permissionGroups")
def user_groups(batch: Batch) -> list[Any]:
    links = User.groups.through.objects.filter(user_id__in=[user.pk for user in batch.parents])
    found: dict[int, list[Group]] = {user.pk: [] for user in batch.parents}
    for link in links.select_related("group").order_by("group_id"):
        found[link.user_id].append(link.group)
    return [found[user.pk] for user in batch.parents]


@field("User", "editableGroups")
def user_editable_groups(batch: Batch) -> list[Any]:
    from infra.engine.schema.authentication import user_requestor

    return [groups.manageable_groups(user_requestor(user)) if user.is_staff else [] for user in batch.parents]


@field("User", "restrictedAccessToChannels")
def user_restricted(batch: Batch) -> list[bool]:
    return [bool(user.is_staff and groups.channels_of(user) is not None) for user in batch.parents]


@field("User", "accessibleChannels")
def user_channels(batch: Batch) -> list[Any]:
    answers: list[Any] = []
    for user in batch.parents:
        own = groups.channels_of(user) if user.is_staff else set()
        answers.append(list(Channel.objects.all() if own is None else Channel.objects.filter(pk__in=own)))
    return answers
