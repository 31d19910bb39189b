"""The engine as a product of its own, with the control calls of tests."""

from tests.engine.engine_settings import *  # noqa: F403

ROOT_URLCONF = "infra.engine.urls"
WSGI_APPLICATION = None
