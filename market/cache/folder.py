"""Where the cache lies: the user's data folder, or the folder that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from market.errors import InputError

ENVIRONMENT = "SIMULATE_DATA_DIR"
_APPLICATION = "simulate-plans"


def data_folder() -> Path:
    """``$SIMULATE_DATA_DIR``, else the platform's folder for a user's data; not created here.

    Raises
    ------
    InputError
        If neither is known, as for a user without a home.
    """
    named = os.environ.get(ENVIRONMENT, "")
    try:
        if named:
            return Path(named).expanduser().absolute()
        from platformdirs import user_data_path

        return user_data_path(_APPLICATION, appauthor=False)
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(
            "no folder for data is known",
            where=ENVIRONMENT,
            expected="a folder that may be written to",
            do=f"set {ENVIRONMENT} to one",
        ) from error
