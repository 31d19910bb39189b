from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "storefront.demo"
    label = "storefront_demo"
