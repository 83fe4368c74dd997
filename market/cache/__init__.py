"""The cache of live data: append-only versions of series in the user's data folder."""

from market.cache.folder import data_folder
from market.cache.store import Cache
from market.cache.version import Entry, Version

__all__ = ["Cache", "Entry", "Version", "data_folder"]
