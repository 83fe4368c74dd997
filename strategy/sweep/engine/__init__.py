"""Variants to figures: contexts, outcomes of the legs, the walk of an account, rows."""
