"""A user's files: tables of prices and series, read and judged."""
