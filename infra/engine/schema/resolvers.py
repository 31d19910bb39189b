"""Bindings that belong to no app."""

from __future__ import annotations

from infra.engine.schema import metadata_mutations  # noqa: F401 (imported for its bindings)
from infra.engine.schema.binding import declare

declare("MetadataItem", "key value")
declare("Node", "id")
declare("Money", "amount currency")
declare("TaxedMoney", "currency gross net tax")
