from django.apps import AppConfig


class EngineOrdersConfig(AppConfig):
    name = "infra.engine.orders"
    label = "engine_orders"
