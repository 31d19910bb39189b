"""What a plugin says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

API_VERSION = 1


@dataclass(frozen=True, slots=True)
class PluginMeta:
    """The identity of one plugin, given as `meta` in the module that its entry point names.

    Arguments: `id`, the entry point's name; `name`, shown to the ward desk, by language code; `version`, the
    plugin's own; `api`, the version of this contract it was written for (another one stops the start);
    `scope`, "mall" when the ward switches it on for everyone, "merchant" when each merchant does;
    `permissions`, codes `area.thing:action` it adds; `personal_data`, true when it keeps any datum of a person
    (it must then implement `register_data_shredders`).
    """

    id: str
    name: dict[str, str]
    version: str
    api: int
    scope: Literal["mall", "merchant"] = "mall"
    permissions: tuple[str, ...] = field(default=())
    personal_data: bool = False
