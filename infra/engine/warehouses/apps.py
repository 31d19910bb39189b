from django.apps import AppConfig


class EngineWarehousesConfig(AppConfig):
    name = "infra.engine.warehouses"
    label = "engine_warehouses"
