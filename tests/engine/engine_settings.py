"""The engine alone, as a product of its own: what the processes of `tests.engine.buyers` start with, quickly."""

from infra.settings import *  # noqa: F403
from infra.settings import ENGINE_APPS

INSTALLED_APPS = list(ENGINE_APPS)
MIDDLEWARE = []
LOGGING_CONFIG = None
