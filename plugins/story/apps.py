from django.apps import AppConfig


class StoryConfig(AppConfig):
    name = "plugins.story"
    label = "plugin_story"

    def ready(self) -> None:
        from plugins.story import tasks  # noqa: F401  registers the schedule
