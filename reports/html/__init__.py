"""What every page shares: its frame and the limits it states."""
