from django.apps import AppConfig


class EngineCustomersConfig(AppConfig):
    name = "infra.engine.customers"
    label = "engine_customers"
