from django.apps import AppConfig


class CurationConfig(AppConfig):
    name = "marketplace.curation"
    label = "curation"

    def ready(self) -> None:
        from marketplace.curation import tasks  # noqa: F401  registers the schedule
