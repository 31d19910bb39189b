from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "plugins.quality"
    label = "plugin_quality"
