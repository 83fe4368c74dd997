"""`simulate data`: list, export and update series."""
