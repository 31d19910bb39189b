"""Staff and permission groups: what provisioning needs."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.actions import clean_email
from infra.engine.customers.models import Group, User
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk

declare("PermissionGroupCreate", "group")
declare("PermissionGroupCreateInput", "name addPermissions restrictedAccessToChannels")
declare("StaffCreate", "user")
declare("StaffCreateInput", "firstName lastName email isActive note addGroups")


@root("Query", "permissionGroups", args="before after first last")
@requires("MANAGE_STAFF")
def permission_groups(context: Context, args: dict[str, Any]) -> Any:
    return connect(Group.objects.all(), args, order=("name", "pk"))


@root("Query", "staffUsers", args="before after first last")
@requires("MANAGE_STAFF")
def staff_users(context: Context, args: dict[str, Any]) -> Any:
    return connect(User.objects.filter(is_staff=True), args, order=("email", "pk"))


@root("Mutation", "permissionGroupCreate")
@requires("MANAGE_STAFF")
def permission_group_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    permissions = data.get("addPermissions") or []
    beyond = [name for name in permissions if not context.requestor.has_perm(name)]
    if beyond:
        text = "You can't add permission that you don't have."
        raise refuse("addPermissions", text, "OUT_OF_SCOPE_PERMISSION", permissions=beyond)
    if Group.objects.filter(name=data["name"]).exists():
        raise refuse("name", "Group with this Name already exists.", "UNIQUE")
    return {"group": Group.objects.create(name=data["name"], permissions=sorted(permissions))}


@root("Mutation", "staffCreate")
@requires("MANAGE_STAFF")
def staff_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if not data.get("email"):
        raise refuse("email", "This field is required.", "REQUIRED")
    email = clean_email(data["email"])
    user, _ = User.objects.get_or_create(email=email, defaults={"password": "!"})
    if user.is_staff:
        raise refuse("email", "User with this Email already exists.", "UNIQUE")
    groups = [int_pk(gid, "Group") for gid in data.get("addGroups") or []]
    user.is_staff = True
    user.first_name, user.last_name = data.get("firstName") or "", data.get("lastName") or ""
    user.note = data.get("note")
    user.is_active = data.get("isActive", True)
    user.save()
    user.groups.add(*Group.objects.filter(pk__in=[pk for pk in groups if pk]))
    return {"user": user}
