from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "plugins.payments"
    label = "plugin_payments"

    def ready(self) -> None:
        from plugins.payments import tasks  # noqa: F401  registers the job
