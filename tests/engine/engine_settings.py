"""The engine alone, as a product of its own: what the processes of `tests.engine.rivals` start with, quickly."""

from infra.settings import *  # noqa: F403
from infra.settings import DATABASES, ENGINE_APPS

INSTALLED_APPS = list(ENGINE_APPS)
MIDDLEWARE = []
LOGGING_CONFIG = None
# Two busy cores may keep a writer of SQLite waiting; how long is nothing that is tested.
if "timeout" in DATABASES["engine"].get("OPTIONS", {}):
    DATABASES["engine"]["OPTIONS"]["timeout"] = 300
