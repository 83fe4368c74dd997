"""What a reader of one run may try: its plan on a lattice of settings."""
