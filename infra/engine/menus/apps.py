from django.apps import AppConfig


class EngineMenusConfig(AppConfig):
    name = "infra.engine.menus"
    label = "engine_menus"
