"""Plans like Cboe's published option indices, on the bundled history: what protection costs a year.

    python -m tests.strategy.hedge.options.option_indices

prints the cost for several slopes of the smile. Core of one, options on all of
it, bought at every expiry for the next one and held to settlement, no
costs but half of the bid-ask spread on purchases.
"""

from __future__ import annotations

import itertools

import numpy as np

from strategy.account.account import run_account
from strategy.account.instructions import SCORE, Instructions
from strategy.api import load_market, load_plan
from strategy.hedge.instruments import INSTRUMENTS
from strategy.hedge.instruments.setting import HedgeWindow, Ratios
from strategy.hedge.options.expiries import listed
from strategy.hedge.vintage import hedge_setting

#: PPUT: a one-month put 5 % below the index.
PUT = [
    *("hedge.instrument=put", "hedge.options.moneyness=0.95"),
    *("hedge.options.tenor_days=25", "hedge.options.roll_days=0"),
]
#: CLL buys that put for three months and sells a call 10 % above for one. Here both run for three,
#: and the put sold lies where it brings nothing.
COLLAR = [
    *("hedge.instrument=collar", "hedge.options.moneyness=0.95"),
    *("hedge.options.lower_moneyness=0.05", "hedge.options.call_moneyness=1.10"),
    *("hedge.options.tenor_days=80", "hedge.options.roll_days=0"),
    "hedge.options.expiry=quarterly",
]
SLOPES = (-0.05, -0.10, -0.15, -0.20)
PLAIN = [
    *("costs.fee_bps=0", "costs.slippage_bps=0", "costs.margin_spread_bps=0"),
    *("costs.cash=bills", "core.weight=1", "data.source=bundled", "hedge.options.bid_ask=0.03"),
]


def yearly_cost(options: list[str], first: str, last: str, *more: str) -> float:
    """Points a year by which the protected index grew less than the index itself.

    Every expiry begins with an account of its own, so that no loan for premiums
    builds up: what is lost is lost by the core, as in the published indices.

    Parameters
    ----------
    options : list of str
        Overrides of the plan.
    first, last : str
        Days of the first purchase and of the end.
    """
    plan = load_plan("short_long", [*PLAIN, *options, *more])
    market = load_market(plan)
    open_, close = (market.prices[c].to_numpy(dtype=float) for c in ("open", "close"))
    setting, _, _ = hedge_setting(plan, market, open_, close)
    days = setting.sessions.to_numpy().astype("datetime64[D]")
    instrument = INSTRUMENTS[plan.hedge.instrument]
    legs = instrument.make_legs(setting)
    expiries = listed(int(first[:4]), int(last[:4]), plan.hedge.options.expiry)
    expiries = expiries[(expiries >= np.datetime64(first)) & (expiries <= np.datetime64(last))]
    ends = np.searchsorted(days, expiries)

    def growth(start: int, end: int, orders: Instructions) -> float:
        account = run_account(
            setting.sessions,
            setting.close,
            setting.rate,
            start,
            end,
            orders.table(),
            plan.costs,
            capital=1.0,
            core_weight=1.0,
            legs=legs,
            dividend=setting.dividend,
            open_=setting.open_,
        )
        return float(np.log(account.equity[-1]))

    plain, protected = 0.0, 0.0
    for start, end in itertools.pairwise(ends.tolist()):
        n = end - start
        path = Ratios(np.full(n, np.nan), np.ones(n), np.ones(n), np.full(n, SCORE))
        path.ratio[0] = 1.0
        out = Instructions()
        instrument.add_orders(setting, legs, out, HedgeWindow(start + 1, end, True, 0), path)
        plain += growth(start, end, Instructions())
        protected += growth(start, end, out)
    years = float((days[ends[-1]] - days[ends[0]]).astype(int)) / 365.25
    return 100.0 * float(np.exp(plain / years) - np.exp(protected / years))


def main() -> None:
    print("slope  put 5 %, monthly: 1990-2016  1990-2018   collar 95/110, quarterly: 1990-2025")
    for slope in SLOPES:
        skew = f"hedge.options.skew={slope}"
        put = [yearly_cost(PUT, "1990-01-19", end, skew) for end in ("2016-06-30", "2018-12-31")]
        collar = yearly_cost(COLLAR, "1990-03-16", "2025-03-31", skew)
        print(f"{slope:5.2f}  {put[0]:26.2f}  {put[1]:9.2f}   {collar:35.2f}")


if __name__ == "__main__":
    main()
