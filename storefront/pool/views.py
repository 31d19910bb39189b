"""Pages of the pool: a table with its chart, the file, the rules. They show what a plugin answers, through hooks."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.accounts.queries.policy import can
from plugins.api.pool import PoolCell, PoolRefusal
from plugins.runtime import hooks
from storefront.pool import page
from storefront.pool.words import Words
from storefront.staff import in_own_language

HEAD = ("measure", "grain", "time", "category", "area", "value_yen", "orders", "owners", "flag", "reason")
PARENT = ("parent_time", "parent_category", "parent_area")
View = Callable[[HttpRequest], HttpResponse]


def readers_only(view: View) -> View:
    """Let in who may read the pool; send who is not signed in to the sign-in page; refuse the rest (403)."""

    @require_safe
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not can(request.user, "pool.cells:read"):
            raise PermissionDenied
        with in_own_language(request):
            return view(request)

    return guarded


@readers_only
def table(request: HttpRequest) -> HttpResponse:
    """One table. A question outside the closed set is refused with 400 and the form to ask again."""
    question = page.read_question(request.GET.dict())
    answer = hooks.first("pool_answer", question=question)
    if answer is None:
        raise Http404("no pool is active")
    language = (get_language() or "ja")[:2]
    words = Words(answer.choices, language)
    context: dict[str, object] = {"form": page.show_form(question, answer.choices, words)}
    if isinstance(answer, PoolRefusal):
        message = answer.message.get(language, answer.message["ja"])
        context |= {"refusal": message, "refused_field": answer.field}
        return render(request, "pool/table.html", context, status=400)
    context |= {"answer": answer, "table": page.show_table(answer, words, language)}
    return render(request, "pool/table.html", context)


@readers_only
def download(request: HttpRequest) -> HttpResponse:
    """All cells of one measure at one grain, hidden ones with their reason, as CSV with a BOM for spreadsheets."""
    measure, grain = request.GET.get("measure", "sales"), request.GET.get("grain", "week")
    cells = hooks.first("pool_cells", measure=measure, grain=grain)
    if cells is None:
        raise Http404("no such cells")
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pool-{measure}-{grain}.csv"'
    writer = csv.writer(response)
    writer.writerow((*HEAD, *PARENT))
    writer.writerows(_row(measure, grain, cell) for cell in cells)
    return response


def _row(measure: str, grain: str, cell: PoolCell) -> tuple[object, ...]:
    key, parent = cell.key, cell.parent
    value = "" if cell.value is None else int(cell.value.amount)
    flag = "hidden" if cell.value is None else "exact"
    held = (parent.time, parent.category, parent.area) if parent else ("", "", "")
    start = (measure, grain, key.time, key.category, key.area)
    return (*start, value, cell.orders, cell.owners, flag, cell.reason, *held)


@readers_only
def rules(request: HttpRequest) -> HttpResponse:
    """What is published, what is hidden and why, in plain words."""
    return render(request, "pool/rules.html")
