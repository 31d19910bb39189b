from django.apps import AppConfig


class EngineAppsConfig(AppConfig):
    name = "infra.engine.apps"
    label = "engine_apps"
