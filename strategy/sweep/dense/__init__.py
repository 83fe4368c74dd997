"""The dense way: every variant walks every session."""
