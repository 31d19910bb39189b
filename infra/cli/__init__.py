"""One module per command of `./mall`: SUMMARY, add_arguments(parser), run(options) -> results. See `report.py`."""
