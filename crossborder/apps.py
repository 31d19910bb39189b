from django.apps import AppConfig


class CrossborderConfig(AppConfig):
    name = "crossborder"
    label = "crossborder"
