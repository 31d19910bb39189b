"""A merchant's own papers: which merchants one works for, earnings, permits, legal notice."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from marketplace.kernel import clock
from marketplace.merchants import actions, queries
from marketplace.merchants.types import LEGAL_FIELDS, Merchant, UnableToSave
from marketplace.orders import queries as orders
from marketplace.settlement import queries as settlement
from storefront.counter.views.orders import goods_names
from storefront.staff import PAGE_SIZE, ask_to_sign_in, in_own_language, member_page, page_of

PERMIT_KINDS = ("food_business", "liquor_mail_order")
LONGEST = 2000


def choose(request: HttpRequest) -> HttpResponse:
    """Go to one's merchant, or choose among several."""
    if not request.user.is_authenticated:
        return ask_to_sign_in(request)
    ids = [each.merchant_id for each in queries.memberships(user_id=request.user.pk)]
    found = list(queries.merchants_by_id(ids=ids).values())
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect("counter:todo", code=found[0].code)
    with in_own_language(request):
        return render(request, "counter/choose.html", {"merchants": found})


@member_page("settlement.earnings:view")
def earnings(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """What was sold and what is left of it: one row per line, every yen explained."""
    page = page_of(request, count=orders.count_merchant_orders(merchant_id=merchant.id))
    rows = settlement.earnings(merchant_id=merchant.id, limit=PAGE_SIZE, offset=page.start)
    context = {
        "merchant": merchant,
        "rows": rows,
        "page": page,
        "names": goods_names(row.product_id for row in rows),
        "total": settlement.earnings_total(merchant_id=merchant.id),
    }
    return render(request, "counter/earnings.html", context)


@member_page("merchants.permit:renew")
def permits(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Permits and their validity; a renewed one brings withdrawn listings back."""
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    if request.method == "POST":
        typed = {key: request.POST.get(key, "").strip() for key in ("kind", "number", "valid_from", "valid_to")}
        problems = _save_permit(request, merchant, typed)
        if not problems:
            messages.success(request, _("Saved. Listings waiting for it are checked again now."))
            return redirect("counter:permits", code=merchant.code)
    today = clock.today()
    rows = [(row, row.is_valid(today)) for row in queries.permits(merchant_id=merchant.id)]
    context = {"merchant": merchant, "permits": rows, "kinds": PERMIT_KINDS, "typed": typed, "problems": problems}
    return render(request, "counter/permits.html", context, status=422 if problems else 200)


def _save_permit(request: HttpRequest, merchant: Merchant, typed: dict[str, str]) -> dict[str, str]:
    problems: dict[str, str] = {}
    if typed["kind"] not in PERMIT_KINDS:
        problems["kind"] = _("Please choose the kind of permit.")
    if not typed["number"]:
        problems["number"] = _("Please enter the number on the permit.")
    days: dict[str, date | None] = {}
    for key in ("valid_from", "valid_to"):
        try:
            days[key] = date.fromisoformat(typed[key]) if typed[key] else None
        except ValueError:
            problems[key] = _("Please enter a date like 2027-03-31.")
    if "valid_from" not in problems and days["valid_from"] is None:
        problems["valid_from"] = _("Please enter the first day.")
    if problems:
        return problems
    try:
        actions.renew_permit(
            merchant_id=merchant.id,
            kind=typed["kind"],
            number=typed["number"][:120],
            valid_from=days["valid_from"],  # type: ignore[arg-type]
            valid_to=days["valid_to"],
            evidence="",
            actor=f"user:{request.user.pk}",
        )
    except UnableToSave:
        return {"valid_to": _("The last day is before the first.")}
    return {}


@member_page("merchants.legal_notice:update")
def legal(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The notice that the law on mail order asks for, in Japanese and English."""
    notice = queries.legal_notice(merchant_id=merchant.id)
    fields = {code: dict(words) for code, words in notice.items()} if notice else {code: {} for code in LEGAL_FIELDS}
    problems: dict[str, str] = {}
    if request.method == "POST":
        fields = {
            code: {lang: request.POST.get(f"{code}.{lang}", "").strip()[:LONGEST] for lang in ("ja", "en")}
            for code in LEGAL_FIELDS
        }
        problems = _save_legal(request, merchant, fields)
        if not problems:
            messages.success(request, _("Saved."))
            return redirect("counter:legal", code=merchant.code)
    context: dict[str, Any] = {"merchant": merchant, "rows": _legal_rows(fields, problems), "problems": problems}
    return render(request, "counter/legal.html", context, status=422 if problems else 200)


def _save_legal(request: HttpRequest, merchant: Merchant, fields: dict[str, dict[str, str]]) -> dict[str, str]:
    try:
        actions.update_legal_notice(
            merchant_id=merchant.id, fields=fields, email=merchant.email, actor=f"user:{request.user.pk}"
        )
    except UnableToSave as error:
        return dict.fromkeys(error.problems, _("Please fill in both languages."))
    return {}


def _legal_rows(fields: dict[str, dict[str, str]], problems: dict[str, str]) -> list[dict[str, Any]]:
    labels = {
        "seller_name": _("Seller"),
        "address": _("Address"),
        "phone": _("Telephone"),
        "responsible_person": _("Responsible person"),
        "price": _("Prices"),
        "other_charges": _("Charges besides the price"),
        "payment": _("Payment: how and when"),
        "delivery": _("Delivery: when"),
        "returns": _("Returns and cancellation"),
        "application_period": _("Period of application"),
        "quantity_limits": _("Limits and conditions"),
    }
    return [_legal_row(code, labels[code], fields[code], problems.get(code, "")) for code in LEGAL_FIELDS]


def _legal_row(code: str, label: str, words: dict[str, str], problem: str) -> dict[str, Any]:
    """Return one field in both languages; the problem stands beside the language that is empty."""
    missing = [lang for lang in ("ja", "en") if not words.get(lang)] or ["ja", "en"]
    beside = {f"problem_{lang}": problem if lang in missing else "" for lang in ("ja", "en")}
    return {"code": code, "label": label, "words": words, "problem": problem, "empty": missing[0], **beside}
