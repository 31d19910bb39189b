from django.apps import AppConfig


class EngineShippingConfig(AppConfig):
    name = "infra.engine.shipping"
    label = "engine_shipping"
