"""Keys: taken from the environment, shown nowhere."""

from __future__ import annotations

import logging
import os
import re

FRED_KEY = "FRED_API_KEY"
_KEYS = (FRED_KEY,)
_QUERY = re.compile(r"(?i)\b((?:api[_-]?key|apikey|token|crumb|secret|password)=)[^&\s\"'<>]+")


def fred_key() -> str:
    """The key for FRED's API; empty where there is none."""
    return os.environ.get(FRED_KEY, "").strip()


def mask(text: str) -> str:
    """`text` with every key of the environment and every key in an address as ``***``."""
    for name in _KEYS:
        value = os.environ.get(name, "").strip()
        if len(value) >= 4:
            text = text.replace(value, "***")
    return _QUERY.sub(r"\1***", text)


def printable(text: str, length: int = 120) -> str:
    """A host's words on one line, without control characters, keys or excess."""
    line = " ".join(mask(text).split())
    shown = "".join(c for c in line if c.isprintable())
    return shown if len(shown) <= length else shown[: length - 1] + "…"


class _Masked(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), ()
        return True


def mask_logs() -> None:
    """Mask keys in what the HTTP library logs at debug level, where it writes addresses."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logger = logging.getLogger(name)
        if not any(isinstance(f, _Masked) for f in logger.filters):
            logger.addFilter(_Masked())
