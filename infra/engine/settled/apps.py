from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _install(using: str, **_: Any) -> None:
    from infra.engine.settled.triggers import install

    if using == "engine":
        install()


class EngineSettledConfig(AppConfig):
    name = "infra.engine.settled"
    label = "engine_settled"

    def ready(self) -> None:
        post_migrate.connect(_install, sender=self, dispatch_uid="engine_settled")
