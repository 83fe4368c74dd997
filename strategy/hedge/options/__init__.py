"""Index options: when they expire, what they are worth, how they are held and rolled."""
