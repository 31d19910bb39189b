"""What runs only in a process of its own: the cube (DuckDB), disclosure control (HiGHS) and its audit. No Django."""
