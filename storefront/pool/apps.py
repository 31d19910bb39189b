from django.apps import AppConfig


class PoolConfig(AppConfig):
    name = "storefront.pool"
    label = "storefront_pool"
