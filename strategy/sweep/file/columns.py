"""The columns of a sweep's table: what each is, in which unit, and how it is compared."""

from __future__ import annotations

#: Metrics of the chained account and of its legs, in the order of the table.
METRICS = {
    "total_return": "of the account over all sessions, fraction",
    "cagr": "yearly growth at 252 sessions a year, fraction",
    "volatility": "yearly, of daily returns (ddof 1), fraction",
    "sharpe": "mean / standard deviation of daily returns x sqrt(252), nothing deducted",
    "sortino": "mean / root mean square of the negative daily returns x sqrt(252)",
    "max_drawdown": "deepest fall from a high, the starting capital included, fraction <= 0",
    "max_drawdown_sessions": "sessions from its peak back to that level, or to the data's end",
    "calmar": "cagr / -max_drawdown",
    "cvar_95": "mean of the worst 5 % of days, fraction; from a histogram, see cvar_95_error",
    "cvar_95_error": "most that cvar_95 can be off, fraction",
    "exposure": "mean of (core + tactical + hedge) / equity at the closes, hedge negative",
    "turnover": "value traded / equity of the close before, a year",
    "cost": "fees and slippage / equity of the close before, a year",
    "trades": "complete vintages in which the tactical leg bought",
    "hit_rate": "share of them with a return above 0 after costs",
    "profit_factor": "sum of their positive returns / -sum of the others",
    "tactical_sessions": "share of sessions at whose close the tactical leg is held",
    "hedged": "complete vintages that held a hedge",
    "vintage_mean": "mean return of the account from anchor to anchor, whole vintages, fraction",
    "vintage_std": "standard deviation (ddof 1) of these",
    "lead": "mean return of a whole vintage less holding the same exposure without the plan's "
    "rules, fraction",
}

#: Those of plans of named legs, in the order of their table.
LEG_METRICS = {
    name: said for name, said in METRICS.items() if name not in ("tactical_sessions", "hedged")
} | {
    "exposure": "mean of (core + legs) / equity at the closes, shorts negative",
    "trades": "complete vintages in which a leg was entered, of every leg its own",
    "leg_sessions": "share of sessions at whose close a leg is held",
}

#: Counts: exact in both ways of computing.
COUNTS = ("max_drawdown_sessions", "trades", "hedged")
#: Columns that a single run alone has no figure for.
STATED = ("cvar_95_error", "lead")
