"""What lies on disk: runs, tables, their index, and how values are written."""
