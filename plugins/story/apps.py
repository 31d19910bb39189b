from django.apps import AppConfig


class StoryConfig(AppConfig):
    name = "plugins.story"
    label = "plugin_story"
