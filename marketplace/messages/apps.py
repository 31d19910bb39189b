from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "marketplace.messages"
    label = "mall_messages"
