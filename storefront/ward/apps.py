from django.apps import AppConfig


class WardConfig(AppConfig):
    name = "storefront.ward"
    label = "storefront_ward"
