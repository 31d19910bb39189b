from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    name = "marketplace.merchants"
    label = "merchants"

    def ready(self) -> None:
        from marketplace.accounts.queries.policy import use_memberships
        from marketplace.merchants import tasks  # noqa: F401  registers the job
        from marketplace.merchants.queries import memberships

        use_memberships(lambda user_id: memberships(user_id=user_id))
