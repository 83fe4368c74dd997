"""vectorbt's Rust engine by itself: orders in, value at each row out.

The engine loads in a fiftieth of a second. All of vectorbt, with plotting,
statistics and pattern recognition, takes longer than a run: it is imported
where somebody asks for a `Portfolio`. The functions below take and give what
``vectorbt.portfolio.dispatch`` does; tests hold them against a `Portfolio`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import Any

import numpy as np

#: vectorbt takes an order of fewer units for none, whatever it is worth.
SMALLEST_ORDER = 1e-8
#: A column may be held long and short.
BOTH_DIRECTIONS = 2


def _record(fields: str) -> np.dtype[Any]:
    """An aligned record of the fields named, each as ``name:type``."""
    pairs = [field.split(":") for field in fields.split()]
    return np.dtype([(name, {"i": "i8", "f": "f8", "b": "?"}[kind]) for name, kind in pairs], True)


#: As in ``vectorbt.portfolio.enums``: of an order, and of what led to it.
ORDER_RECORD = _record("id:i col:i idx:i size:f price:f fees:f side:i")
LOG_RECORD = _record(
    "id:i group:i col:i idx:i cash:f position:f debt:f free_cash:f val_price:f value:f "
    "req_size:f req_price:f req_size_type:i req_direction:i req_fees:f req_fixed_fees:f "
    "req_slippage:f req_min_size:f req_max_size:f req_size_granularity:f req_reject_prob:f "
    "req_lock_cash:b req_allow_partial:b req_raise_reject:b req_log:b new_cash:f "
    "new_position:f new_debt:f new_free_cash:f new_val_price:f new_value:f res_size:f "
    "res_price:f res_fees:f res_side:i res_status:i res_status_info:i order_id:i"
)
_ENUMS = "vectorbt.portfolio.enums"
_one_at_a_time = RLock()


def filled_orders(
    price: np.ndarray, size: np.ndarray, at: np.ndarray, fees: np.ndarray, cash: float
) -> np.ndarray:
    """Order records of one cash-sharing group, as ``Portfolio.from_orders`` books them.

    Parameters
    ----------
    price : float64[rows, columns]
        Value of a unit at the end of each row.
    size, at, fees : float64[rows, columns]
        Units (signed; NaN for no order), price and fee of each order.
    cash : float
        At the start.

    Returns
    -------
    structured array
        `ORDER_RECORD`, in the order of their filling.
    """
    from vectorbt_rust.portfolio import simulate_from_orders_rs

    rows, columns = price.shape
    with _without_the_rest():
        # in the order of vectorbt.portfolio.dispatch.simulate_from_orders
        filled, _ = simulate_from_orders_rs(
            (rows, columns),
            np.array([columns], dtype=np.int64),
            np.array([cash], dtype=float),
            np.tile(np.arange(columns, dtype=np.int64), (rows, 1)),
            np.ascontiguousarray(size),
            np.ascontiguousarray(at),
            np.asarray(0),  # size_type: units
            np.asarray(BOTH_DIRECTIONS),
            np.asarray(0.0),  # fees, relative
            np.ascontiguousarray(fees),
            np.asarray(0.0),  # slippage: in the price already
            np.asarray(SMALLEST_ORDER),
            np.asarray(np.inf),  # max_size
            np.asarray(np.nan),  # size_granularity
            np.asarray(0.0),  # reject_prob
            np.asarray(False),  # lock_cash
            np.asarray(True),  # allow_partial
            np.asarray(False),  # raise_reject
            np.asarray(False),  # log
            np.asarray(np.inf),  # val_price: the order's
            np.ascontiguousarray(price),
            auto_call_seq=False,
            ffill_val_price=True,
            update_value=False,
            max_orders=int(np.count_nonzero(~np.isnan(size))) + 1,
            max_logs=1,
            init_temp_records=False,
            seed=None,
            flex_2d=True,
        )
    found: np.ndarray = filled
    return found


def group_value(price: np.ndarray, filled: np.ndarray, cash: float) -> np.ndarray:
    """Value of the group after each row, by vectorbt's own functions.

    Parameters
    ----------
    price : float64[rows, columns]
    filled : structured array
        Of `filled_orders`.
    cash : float
        At the start.

    Returns
    -------
    float64[rows]
    """
    from vectorbt_rust import portfolio as engine

    shape = price.shape
    group = np.array([shape[1]], dtype=np.int64)
    by_column = np.argsort(filled["col"], kind="stable")
    count = np.bincount(filled["col"], minlength=shape[1])
    price = np.ascontiguousarray(price)
    with _without_the_rest():
        flow = engine.cash_flow_rs(filled, by_column, count, shape, False)
        grouped = engine.cash_flow_grouped_rs(flow, group)
        money = engine.cash_grouped_rs(shape, grouped, group, np.array([cash], dtype=float))
        moved = engine.asset_flow_rs(filled, by_column, count, shape, BOTH_DIRECTIONS)
        assets = engine.asset_value_rs(price, engine.assets_rs(moved))
        value: np.ndarray = engine.value_rs(money, engine.asset_value_grouped_rs(assets, group))
    return value.ravel()


@contextmanager
def _without_the_rest() -> Iterator[None]:
    """The engine looks up its records' fields in vectorbt: let it find them, and nothing more.

    Importing them would import all of vectorbt. What stands in is gone
    afterwards, so that vectorbt can be imported as ever.
    """
    with _one_at_a_time:
        if "vectorbt" in sys.modules:
            yield
            return
        enums: Any = ModuleType(_ENUMS)
        enums.order_dt = ORDER_RECORD
        enums.log_dt = LOG_RECORD
        stand_ins = {name: ModuleType(name) for name in ("vectorbt", "vectorbt.portfolio")}
        stand_ins[_ENUMS] = enums
        sys.modules.update(stand_ins)
        try:
            yield
        finally:
            for name in stand_ins:
                del sys.modules[name]
