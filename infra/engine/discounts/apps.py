from django.apps import AppConfig


class EngineDiscountsConfig(AppConfig):
    name = "infra.engine.discounts"
    label = "engine_discounts"
