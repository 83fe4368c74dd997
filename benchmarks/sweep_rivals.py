"""What sweeps are measured against: vectorbt's Rust engine, a loop by hand, backtesting.py, bt.

vectorbt gets the same fills at the same sessions as orders in one column a
variant, and is asked for the same metrics. It knows no carry, no margin and
no overnight interest, so it does less work. The loop by hand does exactly the
work of the dense loop, written for this one plan.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numba import njit, prange

from market import load
from strategy.plan import Plan
from strategy.sweep.engine.bins import BINS, bin_edges, bin_of
from strategy.sweep.engine.context import Context, make_context
from strategy.sweep.engine.outcomes import END, SCALE, SET, Hedges, Tactical

CAPITAL = 100_000.0


@dataclass(frozen=True)
class Grid:
    """Settings of both sleeves on the bundled history since 1962."""

    context: Context
    t_plans: list[Plan]
    h_plans: list[Plan]
    tactical: Tactical
    hedges: Hedges


def make_grid(policy: str, longs: int, hedges: int) -> Grid:
    """Random settings of the long and of the hedge."""
    rng = np.random.default_rng(7)

    def plan(**parts: Any) -> Plan:
        return Plan.model_validate({"name": "bench", **parts})

    t_plans = [
        plan(
            tactical={
                "stop": float(rng.uniform(0.005, 0.06)),
                "first_target_share": float(rng.choice([0.0, 0.25, 0.5, 0.75, 1.0])),
                "failed_breakout": {"within": int(rng.integers(0, 6))},
            }
        )
        for _ in range(longs)
    ]
    h_plans = [
        plan(
            hedge={
                "policy": policy,
                "max_ratio": float(rng.uniform(0.1, 1.0)),
                "score": {"from": float(rng.uniform(0.1, 0.5)), "to": 0.8},
                "band": float(rng.choice([0.02, 0.05])),
                # the margin is another matter: nobody else has one
                "short": {"maintenance": 0.0},
            }
        )
        for _ in range(hedges)
    ]
    base = plan(hedge={"policy": policy})
    context = make_context(base, load(base.data))
    return Grid(context, t_plans, h_plans, context.tactical(t_plans), context.hedges(h_plans))


def orders_of(grid: Grid, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Units traded and prices of the first `columns` variants, one row a session."""
    context, tactical, hedges = grid.context, grid.tactical, grid.hedges
    close, open_ = context.terms.close, context.terms.open_
    n = len(close)
    size = np.zeros((n, columns))
    price = np.repeat(open_[:, None], columns, axis=1)
    for i in range(columns):
        held = 0.0
        for v in range(len(context.anchors)):
            leg = tactical.row[i % len(tactical.row), v]
            entry = context.anchors[v] + 1
            for j in range(2):
                value, left = tactical.legs.value[leg, j], tactical.legs.exit[leg, j]
                if value > 0.0:
                    units = value * CAPITAL / open_[entry]
                    size[entry, i] += units
                    if left > 0:
                        size[left, i] -= units
                        price[left, i] = tactical.legs.price[leg, j]
            row = hedges.row[i % len(hedges.row), v]
            for k in range(hedges.orders.start[row], hedges.orders.start[row + 1]):
                t, kind = hedges.orders.session[k], hedges.orders.kind[k]
                wanted = 0.0
                if kind == SET:
                    wanted = -hedges.orders.value[k] * CAPITAL / close[t - 1]
                elif kind == SCALE:
                    wanted = held * hedges.orders.value[k]
                size[t, i] += wanted - held
                held = wanted
    size[context.first, :] += CAPITAL / close[context.first]
    # what is no order is NaN, or vectorbt reserves room for it
    size[np.abs(size) < 1e-9] = np.nan
    span = slice(context.first, context.last + 1)
    return size[span], price[span]


_prepared: dict[tuple[int, int], tuple[np.ndarray, ...]] = {}


def vectorbt_chunk(grid: Grid, columns: int) -> dict[str, np.ndarray]:
    """Simulate `columns` variants in one call and take the metrics of a sweep."""
    import vectorbt as vbt

    key = (id(grid), columns)
    if key not in _prepared:
        size, price = orders_of(grid, columns)
        span = slice(grid.context.first, grid.context.last + 1)
        close = np.repeat(grid.context.terms.close[span, None], columns, axis=1)
        _prepared[key] = (size, price, np.ascontiguousarray(close))
    size, price, close = _prepared[key]
    index = pd.RangeIndex(len(close))
    portfolio = vbt.Portfolio.from_orders(
        pd.DataFrame(close, index=index),
        size=size,
        price=price,
        fees=grid.context.terms.fee,
        slippage=grid.context.terms.slippage,
        init_cash=50.0 * CAPITAL,
        direction="both",
        max_orders=int((~np.isnan(size)).sum()) + 1,
        freq="1D",
        engine="rust",
    )
    returns = portfolio.returns()
    accessor = returns.vbt.returns(freq="1D", year_freq="252D")
    drawdowns = portfolio.drawdowns
    trades = portfolio.trades
    return {
        "total_return": np.asarray(portfolio.total_return()),
        "cagr": np.asarray(accessor.annualized()),
        "volatility": np.asarray(accessor.annualized_volatility()),
        "sharpe": np.asarray(accessor.sharpe_ratio()),
        "sortino": np.asarray(accessor.sortino_ratio()),
        "calmar": np.asarray(accessor.calmar_ratio()),
        "cvar": np.asarray(accessor.cond_value_at_risk(0.05)),
        "max_drawdown": np.asarray(portfolio.max_drawdown()),
        "max_drawdown_sessions": np.asarray(
            drawdowns.max_duration(wrap_kwargs={"to_timedelta": False})
        ),
        "trades": np.asarray(trades.count()),
        "hit_rate": np.asarray(trades.win_rate()),
        "profit_factor": np.asarray(trades.profit_factor()),
        "exposure": np.asarray(portfolio.gross_exposure().mean()),
        "cost": np.asarray(portfolio.orders.fees.sum()),
    }


@njit(cache=True, parallel=True, error_model="numpy")
def _by_hand(
    index: Any, t_row: Any, value: Any, exit_: Any, exit_price: Any, market: Any, h_row: Any,
    h_start: Any, h_session: Any, h_kind: Any, h_value: Any, open_: Any, close: Any, dividend: Any,
    interest: Any, margin: Any, short_carry: Any, fee: float, slippage: float, core_weight: float,
    anchors: Any, hedge_first: Any, first: int, last: int, edges: Any, out: Any,
) -> None:  # fmt: skip
    sessions = last - first
    vintages = len(anchors)
    for i in prange(len(index)):
        s = index[i]
        counts = np.zeros(BINS, np.int32)
        totals = np.zeros(BINS)
        equity, core, t1, t2, short = 1.0, core_weight / close[first], 0.0, 0.0, 0.0
        total, total_2, down, exposed, traded, cost = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        peak, peak_at, fall, fall_peak, end = 1.0, first, 1.0, first, first
        v = 0
        leg = t_row[s, 0]
        row = h_row[s, 0]
        order, stop = h_start[row], h_start[row + 1]
        following = 1
        soonest = first + 1
        for t in range(first + 1, last + 1):
            if v + 1 < vintages and t == anchors[v + 1] + 1:
                v += 1
                leg = t_row[s, v]
            while order >= stop and following < vintages and t > anchors[following]:
                row = h_row[s, following]
                order, stop = h_start[row], h_start[row + 1]
                following += 1
            before, then, now = equity, close[t - 1], close[t]
            held = (core + t1 + t2) * then
            own = before - held
            gain = dividend[t] * held - short * then * short_carry[t]
            gain += own * (interest[t] if own >= 0.0 else margin[t])
            gain += (core + t1 + t2 + short) * (now - then)
            # nothing is traded on most days
            for action in range(6 if t == soonest else 0):
                wanted, units, raw, pays = 0.0, 0.0, open_[t], True
                if action == 0:
                    if not ((t == anchors[v] + 1 and v > 0) or t == hedge_first[v]):
                        continue
                    wanted, units = core_weight * before / then, core
                elif action < 3:
                    if t != anchors[v] + 1 or value[leg, action - 1] == 0.0:
                        continue
                    paid = raw * (1.0 + slippage) * (1.0 + fee)
                    wanted = value[leg, action - 1] * before / paid
                elif action < 5:
                    if exit_[leg, action - 3] != t:
                        continue
                    units = t1 if action == 3 else t2
                    raw, pays = exit_price[leg, action - 3], market[leg, action - 3]
                else:
                    if order >= stop or h_session[order] != t:
                        continue
                    units = short
                    if h_kind[order] == SET:
                        wanted = -h_value[order] * before / then
                    elif h_kind[order] == SCALE:
                        wanted = short * h_value[order]
                    elif h_kind[order] == END:
                        raw = now
                change = wanted - units
                if abs(change) > 1e-12 * max(abs(wanted), abs(units)):
                    price = raw
                    if pays:
                        price = raw * (1.0 + slippage) if change > 0.0 else raw * (1.0 - slippage)
                    fees = abs(change) * price * fee
                    gain += change * (now - price) - fees
                    cost += (fees + abs(change) * abs(price - raw)) / before
                    traded += abs(change) * raw / before
                if action == 0:
                    core = wanted
                elif action == 1:
                    t1 = wanted
                elif action == 2:
                    t2 = wanted
                elif action == 3:
                    t1 = 0.0
                elif action == 4:
                    t2 = 0.0
                else:
                    short = wanted
                    order += 1
                    if order < stop and h_session[order] == t:
                        # the window's end in the same session
                        raw = now
                        price = raw * (1.0 + slippage)
                        fees = abs(short) * price * fee
                        gain += -short * (now - price) - fees
                        cost += (fees + abs(short) * abs(price - raw)) / before
                        traded += abs(short) * raw / before
                        short = 0.0
                        order += 1
            if t == soonest:
                soonest = anchors[v + 1] + 1 if v + 1 < vintages else last + 1
                if hedge_first[v] > t:
                    soonest = min(soonest, hedge_first[v])
                for j in range(2):
                    if value[leg, j] > 0.0 and exit_[leg, j] > t:
                        soonest = min(soonest, exit_[leg, j])
                if order < stop:
                    soonest = min(soonest, h_session[order])
                elif following < vintages:
                    nearest = h_start[h_row[s, following]]
                    if nearest < h_start[h_row[s, following] + 1]:
                        soonest = min(soonest, h_session[nearest])
            equity += gain
            r = gain / before
            total += r
            total_2 += r * r
            if r < 0.0:
                down += r * r
            exposed += (core + t1 + t2 + short) * now / equity
            b = bin_of(r)
            counts[b] += 1
            totals[b] += r
            if equity >= peak:
                if end < 0:
                    end = t
                if equity > peak:
                    peak, peak_at = equity, t
            elif equity < fall * peak:
                fall, fall_peak, end = equity / peak, peak_at, -1
        mean = total / sessions
        spread = np.sqrt((total_2 - sessions * mean * mean) / (sessions - 1.0))
        out[i, 0] = equity - 1.0
        out[i, 1] = equity ** (252.0 / sessions) - 1.0
        out[i, 2] = spread * np.sqrt(252.0)
        out[i, 3] = mean / spread * np.sqrt(252.0)
        out[i, 4] = mean / np.sqrt(down / sessions) * np.sqrt(252.0)
        out[i, 5] = fall - 1.0
        out[i, 6] = (end if end >= 0 else last) - fall_peak
        out[i, 7] = out[i, 1] / (1.0 - fall)
        left = int(np.ceil(0.05 * sessions))
        size = left
        below = 0.0
        for b in range(BINS):
            if counts[b] >= left:
                out[i, 8] = (below + left * totals[b] / counts[b]) / size
                break
            left -= counts[b]
            below += totals[b]
        out[i, 9] = exposed / sessions
        out[i, 10] = traded / sessions * 252.0
        out[i, 11] = cost / sessions * 252.0


def by_hand(grid: Grid, index: np.ndarray) -> np.ndarray:
    """The dense loop's work in one plain loop."""
    context, legs, orders = grid.context, grid.tactical.legs, grid.hedges.orders
    out = np.empty((len(index), 12))
    _by_hand(
        index, grid.tactical.row, legs.value, legs.exit, legs.price, legs.market, grid.hedges.row,
        orders.start, orders.session, orders.kind, orders.value, *context.terms,
        context.anchors, context.hedge_first, context.first, context.last, bin_edges(), out,
    )  # fmt: skip
    return out


def _prices() -> pd.DataFrame:
    market = load(Plan(name="bench").data)
    return market.prices.loc["1962-11-21":, ["open", "high", "low", "close"]]


def backtesting_variant() -> Callable[[], object]:
    """The tactical long with stop and target in backtesting.py: no core, no hedge, no carry."""
    from backtesting import Backtest, Strategy

    prices = _prices().rename(columns=str.capitalize)
    day = pd.DatetimeIndex(prices.index).strftime("%m-%d")
    prices["Enter"] = (day <= "11-21") & (np.roll(day, -1) > "11-21")
    prices["Leave"] = (day <= "12-15") & (np.roll(day, -1) > "12-15")

    class December(Strategy):  # type: ignore[misc]
        def init(self) -> None:
            pass

        def next(self) -> None:
            close = self.data.Close[-1]
            if self.data.Leave[-1]:
                self.position.close()
            elif self.data.Enter[-1]:
                low, far = close * 6180 / 5950, close * 6450 / 5950
                self.buy(size=0.4, sl=close * 0.97, tp=low)
                self.buy(size=0.4, sl=close * 0.97, tp=far)

    def run() -> object:
        # it draws a progress bar, which a terminal would show for each run
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            test = Backtest(prices, December, cash=1e7, commission=1e-4, finalize_trades=True)
            return test.run()

    return run


def bt_variant() -> Callable[[], object]:
    """Core, long and hedge as target weights in bt: closes only, no stop, no carry."""
    import bt

    prices = _prices()[["close"]].rename(columns={"close": "index"})
    months = pd.DatetimeIndex(prices.index).month
    weights = pd.DataFrame({"index": np.where(months == 12, 1.0, 0.7)}, index=prices.index)
    changes = weights[weights["index"].diff() != 0.0]

    def run() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            steps = [bt.algos.WeighTarget(changes), bt.algos.Rebalance()]
            test = bt.Backtest(
                bt.Strategy("plan", steps), prices, initial_capital=1e7, progress_bar=False
            )
            return bt.run(test, progress_bar=False).stats

    return run
