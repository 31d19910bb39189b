"""A merchant's listings: write them in one form with the standard's questions, publish, take off sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.catalog import actions, markets, queries
from marketplace.catalog.types import ListingMissing, ListingRecord, PictureDraft, UnableToPublish, VariantDraft
from marketplace.kernel import clock
from marketplace.merchants.types import Merchant
from plugins.api import Money
from plugins.api.types import Criterion, Problem
from plugins.runtime import hooks
from storefront.staff import member_page

TEXTS = ("name.ja", "name.en", "description.ja", "description.en")
PLAIN = (*TEXTS, "category", "tax_class", "hs_code", "origin_area", "weight_g", "stock")
LONGEST = 4000


@dataclass
class ListingForm:
    """What was typed, by field, and what is wrong with it. Typed text is kept whatever is wrong."""

    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int) -> int:
        text = self.typed.get(name, "").strip()
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            self.problems[name] = _("Please enter a whole number.")
            return default
        return int(text)

    def price(self, market: str, currency: str) -> Money | None:
        text = self.typed.get(f"price.{market}", "").strip().replace(",", "")
        if not text:
            return None
        try:
            amount = Decimal(text)
            money = Money(amount, currency)
        except (InvalidOperation, ValueError):
            self.problems[f"price.{market}"] = _("Please enter a price in figures.")
            return None
        if amount <= 0:
            self.problems[f"price.{market}"] = _("The price must be above zero.")
        return money


@member_page("catalog.listing:view")
def index(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    rows = queries.listing_records(merchant_id=merchant.id)
    return render(request, "counter/listings.html", {"merchant": merchant, "listings": rows})


@member_page("catalog.listing:edit")
def new(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Write a new listing; it is kept as a draft until it is published."""
    if request.method != "POST":
        return _form(request, merchant, ListingForm(typed={"tax_class": "standard"}), None)
    form = ListingForm(typed=_typed(request))
    fields = _fields(form, sku=f"{merchant.code}-{clock.now():%y%m%d%H%M%S}")
    if form.problems:
        return _form(request, merchant, form, None)
    made = actions.draft_listing(merchant_id=merchant.id, actor=_actor(request), pictures=_pictures(request), **fields)
    messages.success(request, _("Kept as a draft. Publish it when everything is answered."))
    return redirect("counter:edit", code=merchant.code, listing_id=made.id)


@member_page("catalog.listing:edit")
def edit(request: HttpRequest, merchant: Merchant, listing_id: int) -> HttpResponse:
    """Change a listing. An empty field of the form never deletes what another page keeps."""
    record = _record(merchant, listing_id)
    if request.method != "POST":
        return _form(request, merchant, ListingForm(typed=_as_typed(record)), record)
    form = ListingForm(typed=_typed(request))
    sku = record.variants[0].sku if record.variants else f"{merchant.code}-{record.id}"
    fields = _fields(form, sku=sku)
    if not form.problems:
        try:
            actions.update_listing(listing_id=record.id, merchant_id=merchant.id, actor=_actor(request), **fields)
            for picture in _pictures(request):
                actions.add_picture(
                    listing_id=record.id, merchant_id=merchant.id, picture=picture, actor=_actor(request)
                )
        except UnableToPublish as unable:
            form.problems = _said(unable.problems)
    if form.problems:
        return _form(request, merchant, form, record)
    messages.success(request, _("Saved."))
    return redirect("counter:edit", code=merchant.code, listing_id=record.id)


@require_POST
@member_page("catalog.listing:publish")
def publish(request: HttpRequest, merchant: Merchant, listing_id: int) -> HttpResponse:
    """Put a listing on sale, or say all that is missing."""
    record = _record(merchant, listing_id)
    try:
        if record.state == "withdrawn":
            actions.relist_listing(listing_id=record.id, merchant_id=merchant.id, actor=_actor(request))
        else:
            actions.publish_listing(listing_id=record.id, merchant_id=merchant.id, actor=_actor(request))
    except ListingMissing:
        messages.error(request, _("The ward withdrew this listing, so only the ward can put it back on sale."))
    except UnableToPublish as unable:
        form = ListingForm(typed=_as_typed(record), problems=_said(unable.problems))
        return _form(request, merchant, form, record)
    else:
        messages.success(request, _("On sale."))
    return redirect("counter:edit", code=merchant.code, listing_id=record.id)


@require_POST
@member_page("catalog.listing:withdraw")
def withdraw(request: HttpRequest, merchant: Merchant, listing_id: int) -> HttpResponse:
    """Take a listing off sale; nothing is deleted."""
    record = _record(merchant, listing_id)
    reason = {"ja": "お店が販売を止めました。", "en": "The merchant took it off sale."}
    actions.withdraw_listing(listing_id=record.id, merchant_id=merchant.id, reason=reason, actor=_actor(request))
    messages.success(request, _("Taken off sale."))
    return redirect("counter:edit", code=merchant.code, listing_id=record.id)


def _record(merchant: Merchant, listing_id: int) -> ListingRecord:
    try:
        return queries.listing_record(listing_id=str(listing_id), merchant_id=merchant.id)
    except ListingMissing:
        raise Http404 from None


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: value[:LONGEST] for name, value in request.POST.items() if isinstance(value, str)}


def _fields(form: ListingForm, *, sku: str) -> dict[str, Any]:
    """Return what the actions take, filling `form.problems` with what is wrong."""
    typed = form.typed
    if not typed.get("name.ja", "").strip():
        form.problems["name.ja"] = _("Please enter the name in Japanese.")
    slugs = {entry.slug for entry in queries.categories(market="jp", language="ja")}
    if typed.get("category") not in slugs:
        form.problems["category"] = _("Please choose a category.")
    prices = {
        code: money
        for code, market in markets_by_code().items()
        if (money := form.price(code, market.currency)) is not None
    }
    stock = form.number("stock", 0) if typed.get("stock", "").strip() else None
    return {
        "names": {lang: typed.get(f"name.{lang}", "").strip() for lang in ("ja", "en")},
        "descriptions": {lang: typed.get(f"description.{lang}", "").strip() for lang in ("ja", "en")},
        "category": typed.get("category", ""),
        "tax_class": "reduced" if typed.get("tax_class") == "reduced" else "standard",
        "hs_code": "".join(letter for letter in typed.get("hs_code", "") if letter.isdigit())[:10],
        "origin_area": typed.get("origin_area", "").strip()[:8],
        "weight_g": form.number("weight_g", 0),
        "markets": tuple(prices),
        "answers": {
            name.removeprefix("answer."): value.strip()
            for name, value in typed.items()
            if name.startswith("answer.") and value.strip()
        },
        "variants": [VariantDraft(sku=sku, name={"ja": "", "en": ""}, prices=prices, stock=stock)],
    }


def markets_by_code() -> dict[str, Any]:
    return {market.code: market for market in markets.list_markets()}


def _as_typed(record: ListingRecord) -> dict[str, str]:
    typed = {f"name.{lang}": record.names.get(lang, "") for lang in ("ja", "en")}
    typed |= {f"description.{lang}": record.descriptions.get(lang, "") for lang in ("ja", "en")}
    typed |= {
        "category": record.category_slug,
        "tax_class": record.tax_class,
        "hs_code": record.hs_code,
        "origin_area": record.origin_area,
        "weight_g": str(record.weight_g or ""),
    }
    for variant in record.variants[:1]:
        # once on sale, Saleor counts the pieces: sending the first number again would bring back what was sold
        typed["stock"] = "" if variant.stock is None or record.product_id else str(variant.stock)
        typed |= {f"price.{code}": f"{price.amount:f}" for code, price in variant.prices.items()}
    return typed | {f"answer.{code}": str(value) for code, value in record.answers.items()}


def _pictures(request: HttpRequest) -> list[PictureDraft]:
    return [
        PictureDraft(upload.name or "picture.jpg", upload.read(), {})
        for upload in request.FILES.getlist("picture")
        if upload.size
    ]


def _said(problems: tuple[Problem, ...]) -> dict[str, str]:
    """Return problems by the form's field; those of one criterion stand at its question."""
    language = (get_language() or "ja")[:2]
    said = {}
    for problem in problems:
        is_answer = problem.field.partition(".")[0] in ("allergen", "food", "goods")
        name = f"answer.{problem.field}" if is_answer else problem.field or problem.code
        said[name] = problem.message.get(language) or problem.message["ja"]
    return said


def _form(request: HttpRequest, merchant: Merchant, form: ListingForm, record: ListingRecord | None) -> HttpResponse:
    language = (get_language() or "ja")[:2]
    criteria: list[Criterion] = hooks.gather("register_quality_criteria", on_date=clock.today())
    foods = {entry.slug for entry in queries.categories(market="jp", language="ja") if entry.is_food}
    context = {
        "merchant": merchant,
        "listing": record,
        "rows": _text_rows(form),
        "prices": _price_rows(form),
        "categories": _options(form.typed.get("category", "")),
        "questions": [_question(each, form, language) for each in criteria],
        "foods": " ".join(sorted(foods)),
        "typed": form.typed,
        "problems": form.problems,
    }
    return render(request, "counter/listing.html", context, status=422 if form.problems else 200)


def _text_rows(form: ListingForm) -> list[dict[str, Any]]:
    labels = {
        "name.ja": _("Name in Japanese"),
        "name.en": _("Name in English"),
        "description.ja": _("Description in Japanese"),
        "description.en": _("Description in English"),
    }
    return [
        {
            "name": name,
            "label": labels[name],
            "value": form.typed.get(name, ""),
            "problem": form.problems.get(name) or (form.problems.get("name", "") if name == "name.ja" else ""),
            "is_long": name.startswith("description"),
            "lang": name[-2:],
        }
        for name in TEXTS
    ]


def _price_rows(form: ListingForm) -> list[dict[str, Any]]:
    language = (get_language() or "ja")[:2]
    return [
        {
            "name": f"price.{code}",
            "label": f"{market.name.get(language) or market.name['ja']} ({market.currency})",
            "value": form.typed.get(f"price.{code}", ""),
            "problem": form.problems.get(f"price.{code}", ""),
        }
        for code, market in markets_by_code().items()
    ]


def _options(chosen: str) -> list[tuple[str, str, bool]]:
    language = (get_language() or "ja")[:2]
    entries = queries.categories(market="jp", language=language)
    return [(entry.slug, entry.name, entry.slug == chosen) for entry in entries]


def _question(criterion: Criterion, form: ListingForm, language: str) -> dict[str, Any]:
    def word(words: Mapping[str, str]) -> str:
        return words.get(language) or words.get("ja", "")

    name = f"answer.{criterion.code}"
    return {
        "name": name,
        "label": word(criterion.question),
        "help": word(criterion.help),
        "kind": criterion.kind,
        "choices": [(code, word(words), form.typed.get(name) == code) for code, words in criterion.choices],
        "value": form.typed.get(name, ""),
        "is_mandatory": criterion.mandatory,
        "food_only": criterion.food_only,
        "problem": form.problems.get(name, ""),
    }


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
