"""Runs that lie on disk: read again, found by name, and compared."""
