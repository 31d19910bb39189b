from django.apps import AppConfig


class EngineDeliveriesConfig(AppConfig):
    name = "infra.engine.deliveries"
    label = "engine_deliveries"
