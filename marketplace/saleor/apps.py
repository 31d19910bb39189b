from django.apps import AppConfig


class SaleorConfig(AppConfig):
    name = "marketplace.saleor"
    label = "saleor"

    def ready(self) -> None:
        from marketplace.saleor import webhooks  # noqa: F401  registers the inbox handler
