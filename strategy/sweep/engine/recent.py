"""The few values that were used last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_Value = TypeVar("_Value")


class Recent(OrderedDict[Hashable, Any]):
    """Values by key, of which the `most` that were asked for last are kept."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def of(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """The value of a key, made where it is not kept."""
        if key not in self:
            self[key] = make()
        self.move_to_end(key)
        while len(self) > self.most:
            self.popitem(last=False)
        value: _Value = self[key]
        return value
