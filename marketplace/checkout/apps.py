from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "marketplace.checkout"
    label = "checkout"

    def ready(self) -> None:
        from marketplace.checkout import tasks, webhooks  # noqa: F401  they register themselves
