from django.apps import AppConfig


class EngineMediaConfig(AppConfig):
    name = "infra.engine.media"
    label = "engine_media"
