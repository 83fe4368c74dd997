"""Every tactical setting in every vintage, by the resolver and the rules of a single run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from signals.price.resistance import Levels
from strategy.kernels.compiled import compiled
from strategy.legs.prices import Prices
from strategy.legs.records import LegRules, SizeRules
from strategy.legs.resolver import resolve
from strategy.legs.rules import blocked, bought, last_exit, net_return, size, tranche_orders
from strategy.sweep.engine.outcomes import (
    HITS,
    IN_MARKET,
    LOST,
    TACTICAL_FIGURES,
    TRADES,
    WON,
    Legs,
    Tactical,
    distinct,
    mixed,
)


class TacticalSettings(NamedTuple):
    """What each setting looks up: rows of `TacticalInputs` and of the levels."""

    calendar: np.ndarray
    levels: np.ndarray
    gate: np.ndarray
    score: np.ndarray


class TacticalInputs(NamedTuple):
    """What settings look up: rows are distinct values, columns vintages.

    ``idle`` is the reason code of a vintage that is not resolved at all, else
    -1; ``score`` is the risk score at the anchor.
    """

    entry: np.ndarray
    last: np.ndarray
    timed: np.ndarray
    complete: np.ndarray
    idle: np.ndarray
    enter: np.ndarray
    score: np.ndarray


def resolve_tactical(
    prices: Prices,
    settings: TacticalSettings,
    rules: LegRules,
    sizes: SizeRules,
    inputs: TacticalInputs,
    levels: Levels,
    fee: float,
    slippage: float,
    last_session: int,
) -> Tactical:
    """Every setting in every vintage.

    Parameters
    ----------
    prices : Prices
        As the fills use them.
    settings : TacticalSettings
    rules, sizes
        One array a field, one number a setting.
    inputs : TacticalInputs
    levels : Levels
        One array a field: rows are distinct levels, columns vintages.
    fee, slippage : float
        Fractions per fill.
    last_session : int
        Last session of the account; a leg still open is held to its close.
    """
    n, vintages = len(settings.gate), inputs.entry.shape[1]
    value = np.zeros((n, vintages, 2))
    exit_ = np.zeros((n, vintages, 2), dtype=np.int64)
    price = np.zeros((n, vintages, 2))
    market = np.zeros((n, vintages, 2), dtype=np.bool_)
    reason = np.zeros((n, vintages), dtype=np.int64)
    net = np.zeros((n, vintages))
    figures = np.zeros((n, TACTICAL_FIGURES))
    digest = np.zeros((n, vintages), dtype=np.uint64)
    _resolve_tactical(
        prices, settings, rules, sizes, inputs, levels, fee, slippage, last_session,
        value, exit_, price, market, reason, net, figures, digest,
    )  # fmt: skip
    row, first, vintage = distinct(digest)
    legs = Legs(*(a[first, vintage] for a in (value, exit_, price, market)))
    for table, whole in zip(legs, (value, exit_, price, market), strict=True):
        for v in range(vintages):
            if not np.array_equal(table[row[:, v]], whole[:, v]):
                raise AssertionError("two tactical outcomes share a hash")
    return Tactical(row, vintage, legs, figures, reason, net)


@compiled(parallel=True)
def _resolve_tactical(
    prices, settings, given, limits, inputs, table, fee, slippage, last_session,
    value, exit_, price, market, reason, net, figures, digest,
):  # fmt: skip
    n, vintages = value.shape[0], value.shape[1]
    for s in prange(n):
        calendar = settings.calendar[s]
        level = settings.levels[s]
        rules = LegRules(
            given.stop[s], given.stop_is_level[s], given.first_share[s], given.within[s],
            given.buffer[s], given.touch[s], given.target_first[s],
        )  # fmt: skip
        sizes = SizeRules(limits.weight[s], limits.risk_budget[s], limits.risk_scaling[s])
        held = np.int64(0)
        for v in range(vintages):
            exit_[s, v, 0] = -1
            exit_[s, v, 1] = -1
            net[s, v] = np.nan
            levels = Levels(
                table.support[level, v], table.zone_low[level, v], table.zone_high[level, v],
                table.extension_low[level, v], table.extension_high[level, v],
                table.scale[level, v],
            )  # fmt: skip
            why = blocked(inputs.idle[calendar, v], levels, inputs.enter[settings.gate[s], v])
            if why >= 0:
                reason[s, v] = why
                continue
            entry = inputs.entry[calendar, v]
            exits = resolve(
                prices, entry, inputs.last[calendar, v], inputs.timed[calendar, v], levels, rules
            )
            if not bought(exits):
                reason[s, v] = exits.reason[0]
                continue
            reason[s, v] = exits.reason[last_exit(exits)]
            result = net_return(exits, fee, slippage)
            net[s, v] = result
            if inputs.complete[calendar, v]:
                figures[s, TRADES] += 1.0
                if result > 0.0:
                    figures[s, HITS] += 1.0
                    figures[s, WON] += result
                else:
                    figures[s, LOST] += result
            weight = size(sizes, exits.entry_price, exits.stop, inputs.score[settings.score[s], v])
            out = entry
            mix = np.uint64(1469598103934665603)
            for j in range(2):
                order = tranche_orders(exits, j, weight, False)
                value[s, v, j] = order.spent
                exit_[s, v, j] = order.session
                price[s, v, j] = order.price
                market[s, v, j] = order.market
                if order.spent > 0.0:
                    # at the close of its last session the leg is sold already
                    out = max(out, order.session if order.session >= 0 else last_session + 1)
                mix = mixed(mix, order.spent)
                mix = mixed(mix, float(order.session))
                mix = mixed(mix, order.price)
                mix = mixed(mix, 1.0 if order.market else 0.0)
            held += out - entry
            digest[s, v] = mix
        figures[s, IN_MARKET] = held
