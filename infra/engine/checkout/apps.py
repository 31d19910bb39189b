from django.apps import AppConfig


class EngineCheckoutConfig(AppConfig):
    name = "infra.engine.checkout"
    label = "engine_checkout"
