"""The engine alone over HTTP on 127.0.0.1, with its worker: `python -m tests.e2e.clients.serve PORT`."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def deliver() -> None:
    from infra.engine.deliveries.worker import run_due

    while True:
        run_due(datetime.now(UTC))
        time.sleep(0.1)


def main(port: int) -> None:
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", database="engine", verbosity=0)
    server = make_server("127.0.0.1", port, get_wsgi_application(), server_class=Server, handler_class=Quiet)
    threading.Thread(target=deliver, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
