"""What if: the profit of each instrument when the index moves evenly by a given amount.

One window's worth of made-up sessions: the index goes from 100 to its end in
equal daily steps around which it swings by a given volatility, VIX and the bill
rate stay where they are, and the hedge is held at its largest ratio throughout,
without phase-in and without covers. The orders, prices, costs and carry are
those of the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from market.year import DAYS_OF_YIELD, SESSIONS_A_YEAR
from strategy.account.account import Account, frozen, run_account
from strategy.account.instructions import SCORE, Instructions
from strategy.account.legs import days_between
from strategy.hedge.derisk import trim_orders
from strategy.hedge.instruments import INSTRUMENTS, NEEDS_VIX
from strategy.hedge.instruments.setting import HedgeWindow, Ratios, Setting
from strategy.hedge.options.contract_prices import ContractPrices
from strategy.hedge.options.smile import at_the_money
from strategy.legs.reasons import Phase
from strategy.plan import Hedge, Plan
from strategy.plan.instruments import INSTRUMENTS as LISTED

#: Moves of the convexity table.
MOVES = (-0.40, -0.30, -0.20, -0.10, 0.0, 0.10, 0.20)
DERISK = "derisk"

#: How the index gets to its end, and the moves that are shown along each. Straight: in equal steps.
#: Sawtooth: there, back to where it began, and there again, a third of the window each. Crash: all
#: of it in so many sessions in the middle, nothing before and after.
SHAPES = ("straight", "sawtooth", "crash")
SHAPE_MOVES = (-0.40, -0.20, -0.10, 0.10)
CRASH = 5

#: Where the break-even move is looked for.
HIGHEST_MOVE, LOWEST_MOVE, MOVE_STEP = 0.2, -0.9, 0.1
BREAK_EVEN_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Outlook:
    """What is known when a window starts.

    Attributes
    ----------
    start : Timestamp
        The close before the window.
    sessions : int
        Length of the window.
    rate : float
        Bill rate a year.
    vix : float
        Fraction; NaN where none is known.
    volatility : float
        Of the index's swings, a year, fraction: the path's own, which no
        option is priced with.
    dividend : float
        Dividend yield a year.
    year : float, optional
        Sessions of the market that make a year.
    """

    start: pd.Timestamp
    sessions: int
    rate: float
    vix: float
    volatility: float
    dividend: float
    year: float = SESSIONS_A_YEAR


def instrument_plans(plan: Plan) -> dict[str, Plan | None]:
    """The plan with each instrument, by name; None stands for the comparator."""
    out: dict[str, Plan | None] = {}
    for name, listed in LISTED.items():
        if not listed.variants:
            out[name] = _with(plan, instrument=name)
        own = getattr(plan.hedge, listed.block)
        for variant, (_, changes) in listed.variants.items():
            keys = listed.keys(**(own.model_dump() | changes))
            out[variant] = _with(plan, instrument=name, **{listed.block: keys})
    out[DERISK] = None
    return out


def own_name(hedge: Hedge) -> str:
    """The name under which `instrument_plans` lists the plan's own instrument."""
    name = "short" if hedge.instrument == "none" else hedge.instrument
    own = getattr(hedge, LISTED[name].block)
    for variant, (_, keys) in LISTED[name].variants.items():
        if all(getattr(own, key) == value for key, value in keys.items()):
            return variant
    return name


def _with(plan: Plan, **changes: object) -> Plan:
    return plan.model_copy(update={"hedge": plan.hedge.model_copy(update=changes)})


def scenario_profit(
    plan: Plan | None, base: Plan, outlook: Outlook, move: float, shape: str = "straight"
) -> float:
    """Profit of a full hedge as a share of the equity at the start.

    Parameters
    ----------
    plan : Plan or None
        A plan with the instrument; None: the comparator that holds less core.
    base : Plan
        The plan whose core, ratio and costs count.
    outlook : Outlook
    move : float
        Return of the index over the window.
    shape : str
        One of `SHAPES`.

    Returns
    -------
    float
        NaN where the instrument needs a VIX and none is known.
    """
    used = base if plan is None else plan
    if plan is not None and plan.hedge.instrument in NEEDS_VIX and np.isnan(outlook.vix):
        return float("nan")
    setting = _setting(used, outlook, move, shape)
    n = len(setting.close)
    window = HedgeWindow(1, n - 1, True, 0)
    ratio = base.hedge.max_ratio
    if plan is None:
        sold = min(ratio, base.core.weight)
        lean = _run(base, setting, trim_orders(setting, Instructions(), window, sold))
        return float(lean.equity[-1] - _run(base, setting, Instructions()).equity[-1])
    path = Ratios(
        np.full(n - 1, np.nan), np.ones(n - 1), np.full(n - 1, ratio), np.full(n - 1, SCORE)
    )
    path.ratio[0] = ratio
    legs = INSTRUMENTS[plan.hedge.instrument].make_legs(setting)
    out = Instructions()
    INSTRUMENTS[plan.hedge.instrument].add_orders(setting, legs, out, window, path)
    account = run_account(
        setting.sessions,
        setting.close,
        setting.rate,
        0,
        n - 1,
        out.table(),
        plan.costs,
        capital=1.0,
        core_weight=plan.core.weight,
        legs=legs,
        dividend=setting.dividend,
        open_=setting.open_,
        days=setting.days,
    )
    return float(account.pnl[-1, 2])


def _run(plan: Plan, setting: Setting, out: Instructions) -> Account:
    return run_account(
        setting.sessions,
        setting.close,
        setting.rate,
        0,
        len(setting.close) - 1,
        out.table(),
        plan.costs,
        capital=1.0,
        core_weight=plan.core.weight,
        dividend=setting.dividend,
        days=setting.days,
    )


class _Path(NamedTuple):
    """A made-up window, read-only, and the option contracts that were priced on it."""

    sessions: pd.DatetimeIndex
    days: NDArray[np.float64]
    open_: NDArray[np.float64]
    close: NDArray[np.float64]
    rate: NDArray[np.float64]
    vix: NDArray[np.float64]
    dividend: NDArray[np.float64]
    contracts: list[ContractPrices]


def _setting(plan: Plan, outlook: Outlook, move: float, shape: str = "straight") -> Setting:
    path = _path(outlook, move, shape)
    setting = Setting(
        path.sessions,
        path.open_,
        path.close,
        path.days,
        path.rate,
        path.vix,
        Phase.OPEN,
        plan.hedge,
        plan.costs,
        path.dividend,
    )
    if plan.hedge.instrument not in NEEDS_VIX:
        return setting
    for known in path.contracts:
        if known.belongs(setting):
            return replace(setting, contracts=known)
    path.contracts.append(ContractPrices(setting))
    return replace(setting, contracts=path.contracts[-1])


@lru_cache(maxsize=32)
def _path(outlook: Outlook, move: float, shape: str) -> _Path:
    n = outlook.sessions + 1
    sessions, days = _calendar(outlook.start, n, outlook.year == SESSIONS_A_YEAR)
    swing = outlook.volatility / np.sqrt(outlook.year)
    steps = _steps(n, float(np.log1p(move)), shape)
    steps[1::2] += swing
    steps[2::2] -= swing
    if outlook.sessions % 2:
        steps[-1] -= swing  # swings cancel over the window
    steps[0] = 0.0
    close = 100.0 * np.exp(np.cumsum(steps))
    open_ = np.concatenate([close[:1], close[:-1]])
    return _Path(
        sessions,
        days,
        frozen(open_),
        frozen(close),
        frozen(np.full(n, outlook.rate)),
        frozen(np.full(n, outlook.vix)),
        frozen(np.full(n, outlook.dividend)),
        [],
    )


@lru_cache(maxsize=128)
def _calendar(
    start: pd.Timestamp, n: int, weekdays: bool
) -> tuple[pd.DatetimeIndex, NDArray[np.float64]]:
    """`n` made-up sessions from `start` on, and the days since the one before; read-only."""
    sessions = (pd.bdate_range if weekdays else pd.date_range)(start, periods=n, name="date")
    return sessions, frozen(days_between(sessions.to_numpy()))


def _steps(n: int, whole: float, shape: str) -> np.ndarray:
    """Log returns of the n - 1 sessions after the first, without the swings; sum `whole`."""
    sessions = n - 1
    if shape == "straight":
        return np.full(n, whole / sessions)
    if shape == "sawtooth":
        third = sessions / 3.0
        at = np.array([0.0, third, 2.0 * third, float(sessions)])
        level = np.interp(np.arange(n), at, [0.0, whole, 0.0, whole])
    else:
        first = max((sessions - CRASH) // 2, 0)
        last = min(first + CRASH, sessions)
        level = np.interp(np.arange(n), [first, last], [0.0, whole])
    return np.diff(level, prepend=0.0)


def along_shapes(plan: Plan, outlook: Outlook) -> pd.DataFrame:
    """Profit of each instrument along each of `SHAPES`, share of the equity at the start.

    Returns
    -------
    DataFrame
        ``move``, ``shape``, and a column an instrument, as `convexity`.
    """
    plans = instrument_plans(plan)
    return pd.DataFrame(
        [
            {"move": move, "shape": shape}
            | {n: scenario_profit(own, plan, outlook, move, shape) for n, own in plans.items()}
            for move in SHAPE_MOVES
            for shape in SHAPES
        ]
    )


def convexity(plan: Plan, outlook: Outlook) -> pd.DataFrame:
    """Profit of each instrument for each move of `MOVES`, share of equity; a full hedge.

    Returns
    -------
    DataFrame
        Index ``move``; a column an instrument, NaN without a VIX; `derisk` is
        the core sold instead.
    """
    columns = {
        name: [scenario_profit(own, plan, outlook, move) for move in MOVES]
        for name, own in instrument_plans(plan).items()
    }
    return pd.DataFrame(columns, index=pd.Index(MOVES, name="move"))


def break_even_fall(plan: Plan, outlook: Outlook) -> float:
    """The smallest fall over the window that pays the hedge's costs; negative: a rise still does.

    NaN where no fall down to 90 % does, or the instrument has no price.
    """

    def profit(move: float) -> float:
        return scenario_profit(plan, plan, outlook, move)

    if plan.hedge.instrument == "none" or plan.hedge.max_ratio == 0.0:
        return float("nan")
    high, at_high = HIGHEST_MOVE, profit(HIGHEST_MOVE)
    if np.isnan(at_high):
        return float("nan")
    if at_high >= 0.0:
        return -HIGHEST_MOVE
    low, at_low = high, at_high
    while at_low < 0.0:
        high, at_high = low, at_low
        low = high - MOVE_STEP
        if low < LOWEST_MOVE:
            return float("nan")
        at_low = profit(low)
    # false position with the Illinois step: the profit is nearly linear between
    side = 0
    for _ in range(60):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at_middle = profit(middle)
        if abs(at_middle) < BREAK_EVEN_TOLERANCE or high - low < BREAK_EVEN_TOLERANCE:
            return -middle
        if at_middle >= 0.0:
            low, at_low = middle, at_middle
            at_high = at_high / 2.0 if side > 0 else at_high
            side = 1
        else:
            high, at_high = middle, at_middle
            at_low = at_low / 2.0 if side < 0 else at_low
            side = -1
    return -low


def implied_probability(plan: Plan, outlook: Outlook, fall: float) -> float:
    """Probability of a fall of at least `fall` over the window that options imply.

    Lognormal with the at-the-money volatility of the plan's assumptions and
    the fair forward's drift; NaN without a VIX.
    """
    if np.isnan(outlook.vix) or np.isnan(fall) or fall >= 1.0:
        return float("nan")
    days = outlook.sessions * DAYS_OF_YIELD / outlook.year
    years = days / DAYS_OF_YIELD
    vol = float(at_the_money(outlook.vix, years, plan.hedge.options))
    drift = (outlook.rate - outlook.dividend - vol**2 / 2.0) * years
    return float(ndtr((np.log1p(-fall) - drift) / (vol * np.sqrt(years))))


def needed_probability(plan: Plan, outlook: Outlook, fall: float) -> float:
    """Share of years with a fall of `fall` at which the hedge pays on average.

    With a loss c in a year without change and a gain g in a year with the
    fall: c / (c + g); 0 where nothing is lost without change, NaN where the
    fall brings no gain.
    """
    loss = -scenario_profit(plan, plan, outlook, 0.0)
    gain = scenario_profit(plan, plan, outlook, -fall)
    if np.isnan(loss) or not gain > 0.0:
        return float("nan")
    return max(loss, 0.0) / (max(loss, 0.0) + gain)
