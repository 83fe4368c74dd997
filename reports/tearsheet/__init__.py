"""quantstats' tear sheet, in a process of its own."""
