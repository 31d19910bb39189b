"""The smallest WSGI application: answers with the process id that served it."""

import os

from infra.read_out import ReadOut


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


reading_out = ReadOut(application)
