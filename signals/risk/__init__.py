"""The late-cycle risks, their score and the triggers."""
