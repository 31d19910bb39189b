"""The WSGI application that granian serves."""

import os

from infra import lifeline

lifeline.follow_if_asked()  # before the slow part: a worker whose parent dies while it starts must end too

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra.settings")
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from infra.page_cache import Application, PageCache  # noqa: E402
from infra.read_out import ReadOut  # noqa: E402
from marketplace.kernel.revision import page_revision  # noqa: E402

_shown: Application = PageCache(_django, page_revision)
if settings.EMBEDDED:
    from infra.engine.door import EngineDoor

    _shown = EngineDoor(_shown)
application = ReadOut(_shown)
