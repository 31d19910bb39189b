from django.apps import AppConfig


class EngineProductsConfig(AppConfig):
    name = "infra.engine.products"
    label = "engine_products"
