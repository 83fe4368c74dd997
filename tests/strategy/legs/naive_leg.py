"""A general leg as a story told day by day: plain Python, written from docs/legs.md alone.

Nothing is signed here and nothing is shared with the compiled resolver: a long
and a short are told apart wherever they differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Bar = tuple[float, float, float, float]


@dataclass
class Order:
    """The rules of a leg in its market's points; `None` where there is none."""

    long: bool = True
    entry: str = "open"
    level: float = 0.0
    window: tuple[int, int] = (1, 1)
    #: ("at", price), ("gain", fraction) or ("ride", 0) with a share each
    targets: list[tuple[str, float, float]] = field(default_factory=lambda: [("ride", 0.0, 1.0)])
    stop: tuple[str, float] | None = None
    trail: float | None = None
    trail_on: str = "close"
    even_after: int = 0
    zone: tuple[float, float] | None = None
    within: int = 3
    buffer: float = 0.0
    touch: bool = False
    target_first: bool = False


def story(
    bars: list[Bar],
    order: Order,
    enter: list[bool],
    leave: list[bool],
    ends: dict[int, tuple[int, bool]],
    ranges: list[float],
) -> dict[str, Any]:
    """What happened: entry, fills ``part -> (day, hour, why, price)``, doubtful bars, stops."""
    fill = None
    for day in range(order.window[0], order.window[1] + 1):
        if day == 0 or not enter[day - 1]:
            continue
        o, h, low, _ = bars[day]
        if order.entry == "open":
            fill = (day, "open", o)
        elif order.entry == "through":
            if (o >= order.level) if order.long else (o <= order.level):
                fill = (day, "open", o)
            elif (h >= order.level) if order.long else (low <= order.level):
                fill = (day, "range", order.level)
        elif (o <= order.level) if order.long else (o >= order.level):
            fill = (day, "open", o)
        elif (low <= order.level) if order.long else (h >= order.level):
            fill = (day, "range", order.level)
        if fill:
            break
    if fill is None:
        return {"idle": "no_entry"}
    first_day, hour, cost = fill

    goals: dict[int, float] = {}
    for part, (kind, number, _) in enumerate(order.targets):
        if kind == "at":
            goals[part] = number
        elif kind == "gain":
            goals[part] = cost * (1.0 + number) if order.long else cost * (1.0 - number)
    for goal in goals.values():
        if (cost >= goal) if order.long else (cost <= goal):
            return {"idle": "no_room"}
    stop: float | None = None
    if order.stop:
        kind, number = order.stop
        if kind == "fraction":
            stop = cost * (1.0 - number) if order.long else cost * (1.0 + number)
        elif kind == "level":
            stop = number
        else:
            reach = ranges[first_day - 1]
            if reach != reach:
                return {"idle": "no_levels"}
            stop = cost - number * reach if order.long else cost + number * reach
        if (stop >= cost) if order.long else (stop <= cost):
            return {"idle": "no_stop_room"}
    told: dict[str, Any] = {
        "idle": "open",
        "entry": fill,
        "stop": stop,
        "fills": {},
        "doubtful": 0,
    }

    left = [part for part, (_, _, share) in enumerate(order.targets) if share > 0.0]
    last_day, timed = ends[first_day]
    seen = [cost]
    closes: list[float] = []
    extremes: list[float] = []
    attempt: int | None = None
    tomorrow: str | None = None
    even = False

    def sell(part: int, day: int, when: str, why: str, price: float) -> None:
        left.remove(part)
        told["fills"][part] = (day, when, why, price)

    def beyond_stop(price: float) -> bool:
        return stop is not None and (price <= stop if order.long else price >= stop)

    def at_goal(part: int, price: float) -> bool:
        if part not in goals:
            return False
        return price >= goals[part] if order.long else price <= goals[part]

    day = first_day
    while left and day <= last_day:
        o, h, low, c = bars[day]
        bad, good = (low, h) if order.long else (h, low)
        fresh = day == first_day and hour == "range"
        if day > first_day:
            seen.append(o)
            for part in list(left):
                if tomorrow:
                    sell(part, day, "open", tomorrow, o)
                elif beyond_stop(o):
                    sell(part, day, "open", "stop_gap", o)
                elif at_goal(part, o):
                    sell(part, day, "open", f"target_{part + 1}", o)
                    even = even or part + 1 == order.even_after
            if not left:
                break
        hit, reach = beyond_stop(bad), [part for part in left if at_goal(part, good)]
        if not fresh:
            told["doubtful"] += bool(hit and reach)
            sold_at_goal = reach if order.target_first or not hit else []
            stopped = hit
        elif order.entry == "limit":  # below the limit, on the way to the stop: after the fill
            told["doubtful"] += bool(reach)
            sold_at_goal = reach if order.target_first else []
            stopped = hit
        else:
            told["doubtful"] += bool(hit or reach)
            sold_at_goal = reach if order.target_first else []
            stopped = hit and not order.target_first
        for part in list(sold_at_goal):
            sell(part, day, "range", f"target_{part + 1}", goals[part])
            seen.append(goals[part])
            even = even or part + 1 == order.even_after
        if stopped:
            for part in list(left):
                assert stop is not None
                sell(part, day, "range", "stop", stop)
                seen.append(stop)
        if not left:
            break
        seen += [bad, good]
        closes.append(c)
        extremes.append(good)
        if day == last_day:
            for part in list(left):
                sell(part, day, "close", "time" if timed else "open", c)
        tomorrow = None
        if order.zone:
            near, far = order.zone
            began = False
            if attempt is None:
                if order.long:
                    began = good >= near if order.touch else c > far
                else:
                    began = good <= near if order.touch else c < far
                attempt = day if began else None
            if attempt is not None:
                line = near * (1.0 - order.buffer) if order.long else near * (1.0 + order.buffer)
                back = c < line if order.long else c > line
                if back and (order.touch or not began):
                    tomorrow = "failed_breakout"
                if tomorrow or day - attempt >= order.within:
                    attempt = None
        if tomorrow is None and leave[day]:
            tomorrow = "condition"
        if order.trail is not None:
            marks = closes if order.trail_on == "close" else extremes
            if order.long:
                mark = max(marks) * (1.0 - order.trail)
                stop = mark if stop is None else max(stop, mark)
            else:
                mark = min(marks) * (1.0 + order.trail)
                stop = mark if stop is None else min(stop, mark)
        if even:
            better = max if order.long else min
            stop = cost if stop is None else better(stop, cost)
        day += 1
    worst, best = (min(seen), max(seen)) if order.long else (max(seen), min(seen))
    sign = 1.0 if order.long else -1.0
    told["last_stop"] = stop
    told["tomorrow"] = tomorrow
    told["adverse"] = sign * (worst / cost - 1.0)
    told["favourable"] = sign * (best / cost - 1.0)
    return told
