"""What is decided before money moves: vintages, levels, entry, score, triggers."""
