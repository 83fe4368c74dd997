"""One plan in five libraries: the tactical long alone, out at a target, a stop or the day.

Every function below takes bars, where each leg is decided and its last
session, and a stop; it returns a row a leg: positions and prices of entry and
exit. What stands inside the function is what a user of that library writes;
its lines are counted. `PLAN` is the same for this program.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

#: Target over the close of the anchor: 6180 over 5950.
TARGET = 6180.0 / 5950.0

PLAN = """
name: peers
data: {start: 1962-01-01}
core: {weight: 0}
tactical:
  stop: 0.03
  first_target_share: 1
  failed_breakout: {within: 0}
  size: {weight: 1, risk_scaling: 0}
hedge: {instrument: none}
costs: {fee_bps: 0, slippage_bps: 0, cash: zero, dividend_yield: 0, dividends: constant}
"""

Legs = pd.DataFrame
COLUMNS = ("entry", "entry_price", "exit", "exit_price")


def pandas_loop(bars: pd.DataFrame, anchors: np.ndarray, lasts: np.ndarray, stop: float) -> Legs:
    """A loop over bars."""
    rows = []
    for anchor, last in zip(anchors, lasts, strict=True):
        target = bars["close"].iloc[anchor] * TARGET
        paid = bars["open"].iloc[anchor + 1]
        if paid >= target:
            continue
        floor = paid * (1.0 - stop)
        for t in range(anchor + 1, last + 1):
            open_, high, low = bars["open"].iloc[t], bars["high"].iloc[t], bars["low"].iloc[t]
            if (t > anchor + 1 and open_ >= target) or (t > anchor + 1 and open_ <= floor):
                price = open_
            elif low <= floor:
                price = floor
            elif high >= target:
                price = target
            elif t == last:
                price = bars["close"].iloc[t]
            else:
                continue
            rows.append((anchor + 1, paid, t, price))
            break
    return pd.DataFrame(rows, columns=list(COLUMNS))


def vectorbt(bars: pd.DataFrame, anchors: np.ndarray, lasts: np.ndarray, stop: Any) -> list[Legs]:
    """`Portfolio.from_signals` on the Rust engine; `stop` may be many: a column each."""
    import vectorbt as vbt

    n, stops = len(bars), np.atleast_1d(stop)
    entries, exits = np.zeros((n, 1), dtype=bool), np.zeros((n, 1), dtype=bool)
    price, take = bars["open"].to_numpy()[:, None].copy(), np.full((n, 1), np.nan)
    close = bars["close"].to_numpy()
    room = bars["open"].to_numpy()[anchors + 1] < close[anchors] * TARGET
    entries[anchors[room] + 1] = True
    exits[lasts[room]] = True
    price[lasts[room], 0] = close[lasts[room]]
    take[anchors + 1, 0] = close[anchors] * TARGET / price[anchors + 1, 0] - 1.0
    portfolio = vbt.Portfolio.from_signals(
        pd.DataFrame(np.repeat(close[:, None], len(stops), axis=1), index=bars.index),
        entries=entries,
        exits=exits,
        price=price,
        open=bars["open"].to_numpy()[:, None],
        high=bars["high"].to_numpy()[:, None],
        low=bars["low"].to_numpy()[:, None],
        sl_stop=stops[None, :],
        tp_stop=take,
        stop_entry_price="fillprice",
        engine="rust",
    )
    records = portfolio.trades.records
    return [
        pd.DataFrame(own[["entry_idx", "entry_price", "exit_idx", "exit_price"]]).set_axis(
            list(COLUMNS), axis=1
        )
        for _, own in records.groupby("col")
    ]


def backtesting_py(bars: pd.DataFrame, anchors: np.ndarray, lasts: np.ndarray, stop: float) -> Legs:
    """A `Strategy` with bracket orders."""
    import backtesting

    decided = {bars.index[a]: None for a in anchors}
    ends = {bars.index[t] for t in lasts}

    class Leg(backtesting.Strategy):  # type: ignore[misc]
        def init(self) -> None:
            pass

        def next(self) -> None:
            today, close = self.data.index[-1], self.data.Close[-1]
            if today in ends:
                self.position.close()
            elif today in decided:
                # the stop is set before the fill is known: from the close, not the price paid
                self.buy(size=1, sl=close * (1.0 - stop), tp=close * TARGET)

    frame = bars.rename(columns=str.capitalize)[["Open", "High", "Low", "Close"]]
    test = backtesting.Backtest(frame, Leg, cash=1e9, finalize_trades=True)
    trades = test.run()["_trades"]
    found = trades[["EntryBar", "EntryPrice", "ExitBar", "ExitPrice"]]
    return pd.DataFrame(found.set_axis(list(COLUMNS), axis=1))


def bt(bars: pd.DataFrame, anchors: np.ndarray, lasts: np.ndarray, stop: float) -> Legs:
    """Algos on closes: bt knows one price a day."""
    import bt as library

    close = bars["close"].to_numpy()
    decided, ends = set(anchors.tolist()), set(lasts.tolist())
    at = {day: t for t, day in enumerate(bars.index)}
    rows: list[list[float]] = []

    class Leg(library.Algo):  # type: ignore[misc]
        held, target = False, 0.0

        def __call__(self, strategy: Any) -> bool:
            t = at.get(strategy.now, -1)
            if self.held and (
                close[t] >= self.target or close[t] <= rows[-1][1] * (1.0 - stop) or t in ends
            ):
                self.held = False
                rows[-1] += [t, close[t]]
                strategy.temp["weights"] = {"index": 0.0}
                return True
            if t - 1 in decided and close[t] < close[t - 1] * TARGET:
                self.held, self.target = True, close[t - 1] * TARGET
                rows.append([t, close[t]])
                strategy.temp["weights"] = {"index": 1.0}
                return True
            return False

    prices = bars[["close"]].set_axis(["index"], axis=1)
    algos = [Leg(), library.algos.SelectAll(), library.algos.Rebalance()]
    test = library.Backtest(library.Strategy("leg", algos), prices, progress_bar=False)
    library.run(test)
    return pd.DataFrame([row for row in rows if len(row) == 4], columns=list(COLUMNS))
