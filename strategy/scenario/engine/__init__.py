"""Futures to figures: the start, the terms, the compiled walk, its exact twin."""
