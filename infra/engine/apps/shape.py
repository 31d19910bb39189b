"""Whether a manifest, which anybody may have written, has the shape of one and fits into rows."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from infra.engine.apps.models import App, Webhook
from infra.engine.schema.errors import MutationError
from infra.engine.schema.scalars import storable_tree

#: texts of a manifest, and the columns that hold them
TEXTS: dict[str, str | None] = {
    "id": "identifier",
    "name": None,
    "version": "version",
    "about": "about_app",
    "author": "author",
    "audience": "audience",
    "appUrl": "app_url",
    "configurationUrl": "configuration_url",
    "tokenTargetUrl": None,
    "dataPrivacyUrl": "data_privacy_url",
    "homepageUrl": "homepage_url",
    "supportUrl": "support_url",
}
WEBHOOK_TEXTS: dict[str, str | None] = {
    "name": "name",
    "identifier": "identifier",
    "targetUrl": "target_url",
    "query": "subscription_query",
}
LISTS = ("asyncEvents", "syncEvents")


def problems_of_shape(manifest: dict[str, Any]) -> list[MutationError]:
    """Return what is no text, no list or too long in a manifest; what is null or missing does not count."""
    try:
        storable_tree(manifest)
    except GraphQLError as error:
        return [MutationError("manifestUrl", error.message, "INVALID_MANIFEST_FORMAT")]
    problems = _texts(manifest, TEXTS, App, "")
    if not _is_texts(manifest.get("permissions")):
        problems.append(_wrong("permissions", "a list of texts"))
    webhooks = manifest.get("webhooks")
    if webhooks is not None and not (isinstance(webhooks, list) and all(isinstance(each, dict) for each in webhooks)):
        return [*problems, _wrong("webhooks", "a list of objects")]
    for webhook in webhooks or ():
        problems += _texts(webhook, WEBHOOK_TEXTS, Webhook, "webhooks")
        problems += [
            _wrong("webhooks", f"{name}: a list of texts") for name in LISTS if not _is_texts(webhook.get(name))
        ]
        if not isinstance(webhook.get("isActive", True), bool):
            problems.append(_wrong("webhooks", "isActive: true or false"))
    return problems


def _texts(said: dict[str, Any], columns: dict[str, str | None], model: Any, field: str) -> list[MutationError]:
    problems = []
    for name, column in columns.items():
        text = said.get(name)
        most = getattr(model._meta.get_field(column), "max_length", None) if column else None
        if text is not None and not isinstance(text, str):
            problems.append(_wrong(field or name, "a text"))
        elif text and most and len(text) > most:
            problems.append(_wrong(field or name, f"at most {most} characters"))
    return problems


def _is_texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _wrong(field: str, wanted: str) -> MutationError:
    return MutationError(field, f"Expected {wanted}.", "INVALID")
