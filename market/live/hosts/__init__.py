"""One module a source of live data: where it is asked and how its answers read."""
