"""How plugins are found, checked, switched on and called. Imports `plugins.api` alone."""
