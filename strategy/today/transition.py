"""The orders that lead from a user's own holdings to what the plan holds after the next open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market.errors import InputError
from strategy.account.account import Account
from strategy.account.instructions import Leg
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage
from strategy.today.eve import Eve
from strategy.today.holdings import Holding, HoldingsFile
from strategy.today.positions import positions

#: Smaller differences are rounding, as a share of equity.
LEAST_SHARE = 1e-9
#: Right, strike to the tenth that names a contract, expiry.
Contract = tuple[str, float, str]


@dataclass(frozen=True)
class Target:
    """What a plan holds of one thing, per unit of equity.

    Attributes
    ----------
    sleeve : str
    contract : Contract or None
        Of an option.
    share : float
        Value over equity; negative for a short.
    units : float
        A unit of equity buys.
    price : float
        Of a unit, at the close.
    follows : str
        What a holding without a price is a unit of: ``index``, or the ``fund`` or ``option``
        that must state one.
    """

    sleeve: str
    contract: Contract | None
    share: float
    units: float
    price: float
    follows: str


def plan_targets(simulation: Simulation, hedged: list[Vintage], night: Eve) -> list[Target]:
    """What the plan holds after the next open.

    The core is the chained account's, long and hedge are those of their vintages' own accounts,
    whose orders `today` shows.

    Parameters
    ----------
    simulation : Simulation
    hedged : list of Vintage
        Whose long or hedge is ahead or on.
    night : Eve
    """
    at_close = simulation.plan.tactical.entry.fill == "next_close"
    found: dict[tuple[str, Contract | None], Target] = {}
    accounts: list[tuple[Account, tuple[str, ...]]] = [(simulation.chained, ("core",))]
    accounts += [(v.account, ("tactical", "hedge")) for v in hedged]
    for account, sleeves in accounts:
        if not account.first <= night.now <= account.last:
            continue
        for p in positions(account, simulation.close, night.now, after_open=True, all_day=at_close):
            if p.sleeve not in sleeves:
                continue
            contract = contract_key(p.contract) if p.contract else None
            key = (p.sleeve, contract)
            before = found.get(key)
            units = p.units / p.equity + (before.units if before else 0.0)
            index = p.leg < Leg.HEDGE or simulation.plan.hedge.instrument == "short"
            follows = "index" if index else "option" if contract else "fund"
            found[key] = Target(p.sleeve, contract, units * p.price, units, p.price, follows)
    return list(found.values())


def contract_key(contract: dict[str, Any]) -> Contract:
    """Right, strike and expiry; strikes are told apart to the tenth that names them."""
    return str(contract["right"]), round(float(contract["strike"]), 1), str(contract["expiry"])


def transition(
    targets: list[Target],
    file: HoldingsFile,
    price_of: Callable[[str], float],
    multiplier: float,
    *,
    hedge_follows: str = "index",
) -> dict[str, Any]:
    """From `file`'s holdings to `targets`.

    Parameters
    ----------
    targets : list of Target
    file : HoldingsFile
    price_of : callable
        Close of what a sleeve follows; InputError for a sleeve that the plan does not have.
    multiplier : float
        Currency per point of one future.
    hedge_follows : str, optional
        What a hedge without strike and price is in: ``index``, ``fund`` or ``option``.

    Returns
    -------
    dict
        ``equity``, ``positions`` (the file's, with value and share), ``targets`` and
        ``orders``: sleeve, contract, side, ``held``, ``target``, ``share_of_equity``,
        ``amount``, ``units`` and ``futures``.

    Raises
    ------
    InputError
        Where a position has no price, or the account is worth nothing.
    """
    rows = [
        _valued(holding, file, k, targets, price_of, multiplier, hedge_follows)
        for k, holding in enumerate(file.holdings.positions)
    ]
    equity = file.holdings.equity
    if equity is None:
        cash = file.holdings.cash or 0.0
        equity = cash + sum(row["value"] for row in rows if row["futures"] is None)
        if not 0.0 < equity < 1e15:
            raise InputError(
                f"cash and positions are worth {equity:,.2f}",
                where=file.label,
                expected="an account above 0",
            )
    for row in rows:
        row["share"] = row["value"] / equity
    wanted = {(t.sleeve, t.contract): t for t in targets}
    held = {(row["sleeve"], row["key"]) for row in rows}
    keys = [*wanted, *sorted(held - set(wanted), key=str)]
    orders = [
        order
        for key in keys
        if (
            order := _order(key, wanted.get(key), rows, equity, price_of, multiplier, hedge_follows)
        )
        is not None
    ]
    return {
        "file": file.label,
        "equity": equity,
        "cash": file.holdings.cash,
        "positions": [{k: v for k, v in row.items() if k != "key"} for row in rows],
        "targets": [
            {
                "sleeve": t.sleeve,
                "contract": _named(t.contract),
                "share_of_equity": t.share,
                "amount": t.share * equity,
                "units": t.units * equity if t.follows != "fund" else None,
            }
            for t in targets
        ],
        "orders": orders,
    }


def _valued(
    holding: Holding,
    file: HoldingsFile,
    k: int,
    targets: list[Target],
    price_of: Callable[[str], float],
    multiplier: float,
    hedge_follows: str,
) -> dict[str, Any]:
    """A position with its value; a future's is what it moves like."""
    try:
        close = price_of(holding.sleeve)
    except InputError as error:
        raise InputError(
            error.what, where=file.where(k, "sleeve"), expected=error.expected, do=error.do
        ) from None
    key = None
    price = holding.price
    if holding.right is not None:
        key = contract_key(
            {"right": holding.right, "strike": holding.strike, "expiry": holding.expiry}
        )
        if price is None:
            price = next((t.price for t in targets if t.contract == key), None)
    elif price is None and (
        holding.futures is not None or holding.sleeve != "hedge" or hedge_follows == "index"
    ):
        price = close
    if price is None:
        raise InputError(
            "price: missing",
            where=file.where(k),
            expected="the price of a unit: the plan's own hedge is no unit of the index"
            if key is None
            else "the option's price: the plan holds none like it",
        )
    units = holding.units if holding.futures is None else holding.futures * multiplier
    assert units is not None
    return {
        "sleeve": holding.sleeve,
        "contract": _named(key),
        "units": holding.units,
        "futures": holding.futures,
        "price": price,
        "value": units * price,
        "key": key,
    }


def _order(
    key: tuple[str, Contract | None],
    target: Target | None,
    rows: list[dict[str, Any]],
    equity: float,
    price_of: Callable[[str], float],
    multiplier: float,
    hedge_follows: str,
) -> dict[str, Any] | None:
    """The difference of one thing; None where it is rounding."""
    sleeve, contract = key
    mine = [row for row in rows if (row["sleeve"], row["key"]) == key]
    held = sum(row["value"] for row in mine)
    wanted = target.share * equity if target else 0.0
    close = price_of(sleeve)
    follows = target.follows if target else _follows(sleeve, contract, hedge_follows)
    # what is held at one price is counted in its own units
    own = {row["price"] for row in mine}
    price = own.pop() if len(own) == 1 else None if follows == "fund" else close
    if contract is not None:
        # unit for unit: a quote and the plan's mark may differ
        assert price is not None or target is not None
        price = target.price if target and not mine else price
        units = (target.units * equity if target else 0.0) - sum(row["units"] for row in mine)
        amount = units * price
    else:
        amount = wanted - held
        units = None if price is None else amount / price
    if abs(amount) < LEAST_SHARE * equity:
        return None
    return {
        "sleeve": sleeve,
        "contract": _named(contract),
        "side": "buy" if amount > 0.0 else "sell",
        "held": held / equity,
        "target": target.share if target else 0.0,
        "share_of_equity": abs(amount) / equity,
        "amount": abs(amount),
        "price": price,
        "units": None if units is None else abs(units),
        "futures": abs(amount) / (close * multiplier) if follows == "index" else None,
    }


def _follows(sleeve: str, contract: Contract | None, hedge: str) -> str:
    if contract is not None:
        return "option"
    return "fund" if sleeve == "hedge" and hedge != "index" else "index"


def _named(contract: Contract | None) -> dict[str, Any] | None:
    return contract and dict(zip(("right", "strike", "expiry"), contract, strict=True))
