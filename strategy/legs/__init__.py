"""Fills of a leg: one compiled resolver decides every exit."""
