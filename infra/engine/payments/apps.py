from django.apps import AppConfig


class EnginePaymentsConfig(AppConfig):
    name = "infra.engine.payments"
    label = "engine_payments"
