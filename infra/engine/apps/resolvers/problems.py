"""appProblemCreate, appProblemDismiss and App.problems."""

from __future__ import annotations

from typing import Any

from infra.engine.apps import problems
from infra.engine.apps.models import AppProblem
from infra.engine.apps.resolvers.app_mutations import get_app
from infra.engine.apps.resolvers.types import own_or_denied
from infra.engine.customers.models import User
from infra.engine.schema.binding import Batch, declare, declare_guarded, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError, refuse
from infra.engine.schema.ids import bind_ids, named_pk
from infra.engine.schema.permissions import APP, STAFF_USER

name_type(AppProblem, "AppProblem")
bind_ids(AppProblem="AppProblem")
declare("AppProblem", "createdAt updatedAt count isCritical message key")
declare("AppProblemDismissed", "by")
declare_guarded("AppProblemDismissed", "user", "MANAGE_STAFF")
declare_guarded("AppProblemDismissed", "userEmail", STAFF_USER)
declare("AppProblemCreate", "appProblem")
declare("AppProblemDismiss", "errors")
MOST = 100


@root("Mutation", "appProblemCreate")
@requires(APP)
def app_problem_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    minutes = data.get("aggregationPeriod")
    problem = problems.report_problem(
        app=context.requestor.app,
        key=data["key"],
        message=data["message"],
        critical_from=data.get("criticalThreshold"),
        aggregate_minutes=60 if minutes is None else minutes,
        now=context.now,
    )
    return {"app_problem": problem}


@root("Mutation", "appProblemDismiss")
@requires("MANAGE_APPS", APP)
def app_problem_dismiss(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in args["input"].items() if value}
    names = "'byApp', 'byStaffWithIds', 'byStaffWithKeys'"
    if not given:
        raise refuse(None, f"At least one of arguments is required: {names}.", "GRAPHQL_ERROR")
    if len(given) > 1:
        raise refuse(None, f"Argument {' and '.join(given)} cannot be combined.", "GRAPHQL_ERROR")
    ((kind, said),) = given.items()
    own = context.requestor.app
    if kind == "byApp":
        if own is None:
            raise refuse("byApp", "Only app callers can use 'byApp'.", "INVALID")
        problems.dismiss(_of_app(own, said))
    elif own is not None:
        raise refuse(kind, "App callers cannot use this input. Use 'byApp' instead.", "INVALID")
    else:
        problems.dismiss(_of_staff(said), user=context.requestor.user)
    return {}


def _of_app(app: Any, said: dict[str, Any]) -> Any:
    ids, keys = said.get("ids"), said.get("keys")
    if ids and keys:
        raise refuse("byApp", "Cannot specify both 'ids' and 'keys'.", "INVALID")
    if not ids and not keys:
        raise refuse("byApp", "Must provide either 'ids' or 'keys'.", "REQUIRED")
    if keys:
        problems.check_number(keys, "keys")
        return AppProblem.objects.filter(app=app, key__in=keys)
    rows = _by_ids(list(ids or ()))
    if rows.exclude(app=app).exists():
        raise refuse("ids", "Cannot dismiss problems belonging to other apps.", "INVALID")
    return rows


def _of_staff(said: dict[str, Any]) -> Any:
    if "ids" in said:
        return _by_ids(said["ids"])
    problems.check_number(said["keys"], "keys")
    return AppProblem.objects.filter(app=get_app(said["app"], "app"), key__in=said["keys"])


def _by_ids(ids: list[str]) -> Any:
    problems.check_number(ids, "ids")
    return AppProblem.objects.filter(pk__in=[named_pk(gid, "AppProblem", field="ids") for gid in ids])


@field("App", "problems")
def app_problems(batch: Batch) -> list[Any]:
    """The latest first, to the app itself and to those who manage apps."""
    limit = batch.args.get("limit")
    if limit is not None and limit > MOST:
        raise EngineError(f"Limit must be between 1 and {MOST}.", "GraphQLError")
    found: dict[int, list[AppProblem]] = {app.pk: [] for app in batch.parents}
    for row in AppProblem.objects.filter(app_id__in=found).order_by("-updated_at", "-pk"):
        found[row.app_id].append(row)
    return own_or_denied(batch, [found[app.pk][:limit] for app in batch.parents])


@field("AppProblem", "dismissed")
def problem_dismissed(batch: Batch) -> list[Any]:
    users = User.objects.in_bulk({row.dismissed_user_id for row in batch.parents} - {None})
    return [
        {
            "by": row.dismissed_by,
            "user": users.get(row.dismissed_user_id),
            "user_email": row.dismissed_email,
        }
        if row.dismissed_by
        else None
        for row in batch.parents
    ]
