"""The WSGI application that granian serves."""

import os

from infra import lifeline

lifeline.follow_if_asked()  # before the slow part: a worker whose parent dies while it starts must end too

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")
application = get_wsgi_application()
