from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "marketplace.messages"
    label = "mall_messages"

    def ready(self) -> None:
        from marketplace.messages import tasks  # noqa: F401  registers the job
