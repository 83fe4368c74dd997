"""Where futures come from: resampled history, GARCH, analogs, shocks; random numbers."""
