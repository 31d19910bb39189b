"""`python -m infra COMMAND`: what `./mall COMMAND` runs inside `.venv`."""

import gc
import sys

from infra import lifeline

# Outside the guard on purpose: processes that multiprocessing spawns import this module again, and are tied here.
lifeline.follow_if_asked()
# Half a million objects are made at the start and live to the end: looked through for garbage after every 700 of them,
# they cost a seventh of it.
gc.set_threshold(50_000, 20, 20)

if __name__ == "__main__":
    from infra.cli.main import main

    sys.exit(main(sys.argv[1:]))
