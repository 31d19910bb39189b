"""`python -m infra COMMAND`: what `./mall COMMAND` runs inside `.venv`."""

import sys

from infra import lifeline

# Outside the guard on purpose: processes that multiprocessing spawns import this module again, and are tied here.
lifeline.follow_if_asked()

if __name__ == "__main__":
    from infra.cli.main import main

    sys.exit(main(sys.argv[1:]))
