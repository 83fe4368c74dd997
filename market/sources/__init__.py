"""Where a market is loaded from: bundle, files, the cache of live data; lists of what is there."""
