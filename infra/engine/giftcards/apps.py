from django.apps import AppConfig


class EngineGiftCardsConfig(AppConfig):
    name = "infra.engine.giftcards"
    label = "engine_giftcards"
