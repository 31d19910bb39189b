"""Members of staff: made of a stranger or of a customer, changed, let go."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.customers import groups
from infra.engine.customers.adoption import adopt
from infra.engine.customers.models import Group, User
from infra.engine.deliveries import emit
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.schema.lengths import check_row


def save_staff(requestor: Requestor, user: User, changes: dict[str, Any]) -> User:
    """Write a member of staff: `changes` are columns of the user, add_groups and remove_groups. Raises UserErrors.

    A customer becomes staff and stays who that was.
    """
    was_staff = user.pk is not None and user.is_staff
    add, remove = changes.pop("add_groups", []), changes.pop("remove_groups", [])
    problems = _group_problems(requestor, add, "addGroups") + _group_problems(requestor, remove, "removeGroups")
    if was_staff and changes.get("is_active") is False:
        problems += _leaving_problems(requestor, user)
    if problems:
        raise UserErrors(problems)
    had_email = user.email
    with transaction.atomic("engine"):
        for name, value in changes.items():
            setattr(user, name, value)
        user.is_staff = True
        check_row(user)
        user.save()
        if was_staff and user.email != had_email:
            adopt(user)
        user.groups.add(*add)
        user.groups.remove(*remove)
        emit(event="STAFF_UPDATED" if was_staff else "STAFF_CREATED", obj=user)
    return user


def delete_staff(requestor: Requestor, user: User) -> None:
    """Delete a member of staff. Raises UserErrors."""
    if user.pk == requestor.user.pk:
        raise refuse("id", "You cannot delete your own account.", "DELETE_OWN_ACCOUNT")
    if user.is_superuser:
        raise refuse("id", "Cannot delete this account.", "DELETE_SUPERUSER_ACCOUNT")
    check_scope(requestor, user)
    lost = [] if groups.is_superuser(requestor) else groups.left_unmanageable(without_users=[user])
    if lost:
        text = "Users cannot be removed, some of permissions will not be manageable."
        raise refuse("id", text, "LEFT_NOT_MANAGEABLE_PERMISSION", permissions=lost)
    with transaction.atomic("engine"):
        emit(event="STAFF_DELETED", obj=user)
        user.delete()


def check_scope(requestor: Requestor, user: User) -> None:
    """Raise UserErrors(OUT_OF_SCOPE_USER) for a member of staff who may do what the requestor may not."""
    beyond = user.is_superuser or not groups.may_manage(requestor, groups.permissions_of(user))
    if beyond and not groups.is_superuser(requestor):
        raise refuse("id", "You can't manage this user.", "OUT_OF_SCOPE_USER")


def _group_problems(requestor: Requestor, wanted: list[Group], field: str) -> list[MutationError]:
    beyond = [group for group in wanted if not groups.may_manage(requestor, set(group.permissions))]
    if not beyond:
        return []
    ids = [to_global_id("Group", group.pk) for group in beyond]
    return [MutationError.of(field, "You can't manage these groups.", "OUT_OF_SCOPE_GROUP", groups=ids)]


def _leaving_problems(requestor: Requestor, user: User) -> list[MutationError]:
    problems = []
    if user.pk == requestor.user.pk:
        text = "Cannot deactivate your own account."
        problems.append(MutationError.of("isActive", text, "DEACTIVATE_OWN_ACCOUNT"))
    elif user.is_superuser:
        text = "Cannot deactivate superuser's account."
        problems.append(MutationError.of("isActive", text, "DEACTIVATE_SUPERUSER_ACCOUNT"))
    lost = [] if groups.is_superuser(requestor) else groups.left_unmanageable(without_users=[user])
    if lost:
        text = "Users cannot be deactivated, some of permissions will not be manageable."
        problems.append(MutationError.of("isActive", text, "LEFT_NOT_MANAGEABLE_PERMISSION", permissions=lost))
    return problems
