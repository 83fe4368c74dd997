"""From a plan file to DataFrames and a vectorbt Portfolio, in a script or a notebook.

python docs/example.py
"""

from pathlib import Path

from strategy.api import load_market, load_plan, run

CONFIGS = Path(__file__).resolve().parents[1] / "configs"

# A plan is a frozen model. Overrides are those of `--set` on the command line.
plan = load_plan(CONFIGS / "short_long.yaml", ["tactical.stop=0.02"])
print(plan.tactical.exit_by, plan.tactical.stop)

# A market knows nothing of the plan: prices, and series with the day each figure became known.
market = load_market(plan)
print(market.sessions[-1].date(), len(market.prices), "sessions")
print(market.asof("moodys_baa").dropna().tail(3))

result = run(plan, market)
print(result)

# Tables are DataFrames; docs/outputs.md explains each column.
years = result.vintages.set_index("vintage")
columns = ["exit_reason", "tactical_return", "hedge_return", "total_return"]
print(years.loc[years["complete"], columns].tail(5).to_string(float_format="{:+.4f}".format))
print(result.metrics["tactical"]["exit_reasons"])

# The sleeves add up to the total, each day.
sleeves = result.daily[["return_core", "return_tactical", "return_hedge"]].sum(axis=1)
print("largest gap:", float((sleeves - result.daily["return_total"]).abs().max()))

# `result.portfolio` is a vectorbt Portfolio: two rows a session, the open and the close.
portfolio = result.portfolio
print(portfolio.orders.records_readable.tail(3).to_string())
value = portfolio.value().iloc[1::2]
print("vectorbt's last value:", round(float(value.iloc[-1]), 2))
print("drawdowns seen by vectorbt:", portfolio.drawdowns.count())
