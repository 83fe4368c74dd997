"""A run's folder and its page."""
