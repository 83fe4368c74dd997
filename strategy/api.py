"""The library's front door: one function for each thing that the command line does.

Commands call these too, so both ways give the same. docs/api.md shows each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from market import load
from market.container import Market
from market.errors import InputError
from market.shown import Accessor, html_by
from strategy.decide.admission import admitted
from strategy.plan import Plan
from strategy.plan.file.plan_file import read_plan_file
from strategy.plan.file.shipped import plan_path
from strategy.result.result import Result
from strategy.run.simulation import Progress, simulate

if TYPE_CHECKING:
    import pandas as pd

    from strategy.audit.audit import Audit
    from strategy.audit.claims.file import LoadedClaims
    from strategy.compare.comparison import Comparison
    from strategy.legplan.markets import Markets
    from strategy.legplan.result import LegsResult
    from strategy.lookahead import Report
    from strategy.plan.legs_plan import LegsPlan
    from strategy.result.hedge.report import HedgeReport
    from strategy.scenario.api import ScenarioResult
    from strategy.scenario.scenario_file import ScenarioFile
    from strategy.scenario.settings import Scenario
    from strategy.sweep.file.sweep_file import Sweep
    from strategy.sweep.work.crew import Crew
    from strategy.sweep.work.run import Prepared, SweepRun
    from strategy.today import Today

__all__ = [
    "InputError",
    "Market",
    "Plan",
    "Result",
    "SweepResult",
    "audit",
    "compare",
    "hedge",
    "load_legs",
    "load_market",
    "load_plan",
    "load_scenario",
    "load_sweep",
    "lookahead",
    "run",
    "run_legs",
    "scenario",
    "sweep",
    "today",
]

#: Sums of money are below it, as on the command line.
_MOST_MONEY = 1e15


def load_plan(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
) -> Plan:
    """A plan from its file, or by the name of one that comes with the program.

    Parameters
    ----------
    path : path
        YAML file, or a bare name such as ``short_long``; a file of that name wins.
        Paths in its `data` section are relative to its folder.
    overrides : iterable of str, optional
        ``key=value`` pairs in order, as for ``--set``: the key is dotted, the
        value is YAML. Paths are relative to the working folder.
    prices : path, optional
        File of the traded index, in place of ``data.prices``.

    Returns
    -------
    Plan
        Frozen.

    Raises
    ------
    InputError
        For every mistake in the file, the overrides, or the files they name,
        as one line.

    Examples
    --------
    >>> load_plan("short_long", ["tactical.stop=0.02"]).tactical.stop
    0.02
    """
    with plan_path(path) as found:
        return read_plan_file(found, overrides, prices=prices).plan


def load_market(plan: Plan) -> Market:
    """The prices and auxiliary series that the plan's ``data`` block names.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Market
        ``prices`` has one row a session (open, high, low, close in index
        points); each series carries the day its figures became known.

    Raises
    ------
    InputError
        Where a file cannot be read or holds what a market cannot hold.

    Examples
    --------
    >>> market = load_market(load_plan("short_long"))
    >>> market.id, f"{market.sessions[0]:%Y-%m-%d}"
    ('sp500', '1950-01-03')
    """
    return admitted(plan, load(plan.data))


def run(
    plan: Plan,
    market: Market | None = None,
    *,
    progress: Progress | None = None,
    simulated: Callable[[Result], None] | None = None,
) -> Result:
    """Run a plan and check the account against vectorbt's book.

    Parameters
    ----------
    plan : Plan
    market : Market, optional
        Loaded from the plan where not given.
    progress : callable, optional
        Called as ``progress(what, done, of)``.
    simulated : callable, optional
        Called with the result before it is held against vectorbt's book: what
        does not wait for the check can begin.

    Returns
    -------
    Result
        ``vintages`` has one row a vintage, ``trades`` one a fill-to-fill leg,
        ``daily`` one a session; ``metrics`` sums them up. Returns are
        fractions; docs/outputs.md names every column with its unit.

    Raises
    ------
    InputError
        Where plan and data do not fit.
    BookError
        Where vectorbt's value and the account's equity differ by more than
        1e-9 of the highest equity so far.

    Examples
    --------
    >>> result = run(load_plan("short_long", ["vintages=[2023, 2024]"]))
    >>> result.vintages[["vintage", "exit_reason"]].values.tolist()
    [[2023, 'time'], [2024, 'time']]
    """
    market = load_market(plan) if market is None else market
    result = Result(simulate(plan, market, progress))
    if simulated:
        simulated(result)
    if progress:
        progress("vectorbt's book", 0, 1)
    result.check_book()
    if progress:
        progress("vectorbt's book", 1, 1)
    return result


def load_legs(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> LegsPlan:
    """A plan of named legs from its file, or by the name of one that comes with the program.

    Parameters
    ----------
    path, overrides
        As for `load_plan`.

    Returns
    -------
    LegsPlan
        Frozen; docs/legs.md explains its keys.

    Raises
    ------
    InputError
        For every mistake in the file, the overrides, or the files they name,
        as one line.

    Examples
    --------
    >>> load_legs("golden_cross", ["capital=50000"]).capital
    50000.0
    """
    from strategy.plan.file.legs_file import has_legs, read_legs_file

    with plan_path(path) as found:
        if not has_legs(found):
            raise InputError(
                "this plan has no `legs`", where=os.fspath(path), do="load_plan and run take it"
            )
        return read_legs_file(found, overrides).plan


def run_legs(
    plan: LegsPlan, markets: Markets | None = None, *, progress: Progress | None = None
) -> LegsResult:
    """Run a plan of named legs and check the account against vectorbt's book.

    Parameters
    ----------
    plan : LegsPlan
    markets : Markets, optional
        Loaded from the plan where not given.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Returns
    -------
    LegsResult
        ``vintages`` has one row a vintage and leg, ``trades`` one a part of a
        position, ``daily`` one a session; ``metrics`` sums them up.

    Raises
    ------
    InputError
        Where plan and data do not fit.
    BookError
        Where vectorbt's value and the account's equity differ.

    Examples
    --------
    >>> result = run_legs(load_legs("santa_claus_rally"))
    >>> result.metrics["legs"]["rally"]["n"]
    64
    """
    from strategy.legplan.result import run_legs as follow

    return follow(plan, markets, progress)


def hedge(
    plan: Plan, market: Market | None = None, *, instrument: str | None = None
) -> HedgeReport:
    """What the plan's hedge cost and saved, beside holding less of the core.

    Parameters
    ----------
    plan : Plan
    market : Market, optional
        Loaded from the plan where not given.
    instrument : str, optional
        In place of ``hedge.instrument``: a name of the list in
        `strategy.plan.instruments`, or 'none'.

    Returns
    -------
    HedgeReport
        ``summary``, and tables of one row a vintage (``vintages``), a hedged
        session (``paths``) and so on; returns and drawdowns are fractions.

    Raises
    ------
    InputError
        Where plan and data do not fit, or there is no such instrument.

    Examples
    --------
    >>> report = hedge(load_plan("short_long", ["vintages=[2023, 2024]"]), instrument="put")
    >>> report.vintages[["vintage", "hedge_cost"]].round(4).values.tolist()
    [[2023.0, 0.0087], [2024.0, 0.0241]]
    """
    from strategy.result.hedge.report import hedge_report, with_instrument

    if instrument is not None:
        known = get_args(plan.hedge.__class__.model_fields["instrument"].annotation)
        if instrument not in known:
            raise InputError(
                f"got {instrument!r}",
                where="instrument",
                expected=f"one of {', '.join(known)}",
            )
        plan = with_instrument(plan, instrument)
    market = load_market(plan) if market is None else market
    return hedge_report(simulate(plan, market))


def audit(
    plan: Plan,
    market: Market | None = None,
    claims: LoadedClaims | str | os.PathLike[str] | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audit:
    """Put claims on trial and hold the plan's figures against the data.

    Parameters
    ----------
    plan : Plan
    market : Market, optional
        Loaded from the plan where not given. All of it is used.
    claims : LoadedClaims or path, optional
        The claims or their file (docs/audit.md); the article's by default.
    seed : int, optional
        Of all random draws: the same seed gives the same figures.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Returns
    -------
    Audit
        ``content`` is what audit.json holds.

    Raises
    ------
    InputError
        Where the claims' file is wrong, or plan and data do not fit.

    Examples
    --------
    >>> found = audit(load_plan("short_long", ["vintages=[2024]"]))
    >>> claim = found.content["claims"]["december_mean"]
    >>> claim["says"], claim["verdict"]
    ('December gains 1.8 % on average, over 75 years', 'not supported')
    """
    from strategy.audit.audit import audit as try_claims
    from strategy.audit.claims.file import LoadedClaims, find_claims, load_claims

    if not isinstance(claims, LoadedClaims):
        shipped = find_claims(os.devnull, None) if claims is None else Path(claims)
        claims = load_claims(shipped)
    # the tape itself is judged here: what a run would refuse may still be looked at
    market = load(plan.data) if market is None else market
    return try_claims(plan, market, claims, seed=seed, progress=progress)


def load_sweep(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
    rank_by: str | None = None,
) -> Sweep:
    """A sweep from a plan file with a ``sweep:`` block, or by the name of a shipped one.

    Parameters
    ----------
    path, overrides, prices
        As for `load_plan`; overrides are those of the base plan.
    rank_by : str, optional
        Metric that ranks, a column of docs/sweep.md, in place of the file's.

    Returns
    -------
    Sweep
        The base plan, what is varied, and how it is judged; nothing has run.

    Raises
    ------
    InputError
        For every mistake in the file or the overrides, as one line.

    Examples
    --------
    >>> load_sweep("sweep_stop_target").keys[:2]
    ('tactical.stop', 'tactical.first_target_share')
    """
    from strategy.sweep.file.sweep_file import load_sweep as read

    with plan_path(path) as found:
        return read(found, overrides, prices=prices, rank_by=rank_by)


@dataclass(frozen=True, repr=False)
class SweepResult:
    """A finished sweep and what may be believed of its choice.

    Attributes
    ----------
    run : SweepRun
        ``folder`` holds its files, ``summary`` is what sweep.json holds.
    evidence : dict
        What evidence.json holds; ``verdict`` is a sentence.
    """

    run: SweepRun
    evidence: dict[str, Any]

    #: Figures for notebooks; see `reports.figures.plots.SweepPlots`.
    plot = Accessor("reports.figures.plots:SweepPlots")
    _repr_html_ = html_by("reports.figures.notebook:sweep_html")

    def __repr__(self) -> str:
        summary = self.run.summary
        return f"<SweepResult {summary['name']}-{summary['id']}: {summary['variants']:,} variants>"


def sweep(
    settings: Sweep,
    root: str | os.PathLike[str] = "sweeps",
    *,
    workers: int | None = None,
    yes: bool = False,
    crew: Crew | None = None,
    progress: Progress | None = None,
    prepared: Prepared | None = None,
) -> SweepResult:
    """Run a plan with many settings, or go on with a sweep that was stopped; judge the choice.

    Parameters
    ----------
    settings : Sweep
        From `load_sweep`.
    root : path, optional
        Folder that gets the sweep's.
    workers : int, optional
        Threads; all there are by default. Changes no number.
    yes : bool, optional
        Run it even if it is large.
    crew : Crew, optional
        Who computes, for example `strategy.sweep.work.cluster.ClusterCrew`;
        this process by default.
    progress : callable, optional
        Called as ``progress(what, done, of)``.
    prepared : Prepared, optional
        From `strategy.sweep.work.run.prepare`, where that was called before.

    Returns
    -------
    SweepResult
        The run with its folder, and the evidence with its verdict.

    Raises
    ------
    InputError
        Where plan and data do not fit, or the sweep is too large without `yes`.
    JudgeError
        Where single runs disagree with the sweep.

    Examples
    --------
    >>> from pathlib import Path
    >>> file = Path("two_stops.yaml")
    >>> _ = file.write_text("{name: two_stops, sweep: {keys: {tactical.stop: [0.02, 0.03]}}}")
    >>> done = sweep(load_sweep(file))
    >>> done.run.summary["variants"], done.run.summary["state"]
    (2, 'complete')
    """
    from strategy.sweep.evidence.believe import believe
    from strategy.sweep.work.run import prepare, run_sweep

    ready = prepare(settings, workers=workers, yes=yes) if prepared is None else prepared
    done = run_sweep(settings, root, workers=workers, crew=crew, progress=progress, prepared=ready)
    if progress:
        progress("judging the choice", 0, 1)
    return SweepResult(done, believe(done, ready.engine))


def load_scenario(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
) -> ScenarioFile:
    """A plan with its scenario, which is the default one where the file has no such block.

    Parameters
    ----------
    path, overrides, prices
        As for `load_plan`; overrides that begin with ``scenario.`` go to the block.

    Returns
    -------
    ScenarioFile
        ``plan`` and ``scenario``.

    Raises
    ------
    InputError
        For every mistake in the file or the overrides, as one line.

    Examples
    --------
    >>> load_scenario("scenario", ["scenario.paths=500"]).scenario.paths
    500
    """
    from strategy.scenario.scenario_file import read_scenario_file

    with plan_path(path) as found:
        return read_scenario_file(found, overrides, prices=prices)


def scenario(
    plan: Plan,
    settings: Scenario | None = None,
    market: Market | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ScenarioResult:
    """Put a plan through resampled futures: its odds from one day and price.

    Parameters
    ----------
    plan : Plan
    settings : Scenario, optional
        Day, price, worlds; the last anchor in the data by default.
    market : Market, optional
        Loaded from the plan where not given; what lies after the day is not looked at.
    workers : int, optional
        Threads; all cores by default. Changes no number.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Returns
    -------
    ScenarioResult
        ``figures`` is what scenario.json holds: of each world the chances and
        quantiles, as fractions.

    Raises
    ------
    InputError
        Where plan, scenario and data do not fit.

    Examples
    --------
    >>> few = ["scenario.worlds=[bootstrap]", "scenario.paths=100", "scenario.shocks=[]"]
    >>> few.append("scenario.whatif={instruments: [short], ratios: [0.5], instrument_paths: 10}")
    >>> file = load_scenario("scenario", few)
    >>> found = scenario(file.plan, file.scenario)
    >>> found.figures["worlds"]["bootstrap"]["paths"]
    100
    """
    from strategy.scenario.api import run_scenario
    from strategy.scenario.settings import Scenario

    settings = Scenario.model_validate({}) if settings is None else settings
    market = load_market(plan) if market is None else market
    return run_scenario(plan, settings, market, workers=workers, progress=progress)


def today(
    plan: Plan,
    market: Market | None = None,
    date: pd.Timestamp | str | None = None,
    *,
    capital: float | None = None,
    multiplier: float = 50.0,
    holdings: str | os.PathLike[str] | None = None,
) -> Today:
    """What the plan orders after the close of a date.

    Parameters
    ----------
    plan : Plan
    market : Market, optional
        Loaded from the plan where not given; what was not known is not looked at.
    date : Timestamp or str, optional
        The day it is by default. Where it is no session, the one before it counts.
    capital : float, optional
        Account size in currency; the plan's by default.
    multiplier : float, optional
        Currency per index point of one future.
    holdings : path, optional
        File of what the user holds (docs/today.md): the content then has the orders that lead
        from there to the plan's positions. Its equity is the capital: do not give both.

    Returns
    -------
    Today
        ``status`` is orders, holding, hedged, idle or stale; ``content`` is
        the document of docs/today.md.

    Raises
    ------
    InputError
        Where there is no such date or no session up to it, an amount is not above 0, or the
        file of holdings has a mistake.

    Examples
    --------
    >>> night = today(load_plan("short_long"), date="2024-11-21")
    >>> night.status, night.content["vintage"]
    ('orders', 2024)
    """
    import datetime as dt

    import pandas as pd

    from strategy.today import today as answer
    from strategy.today.holdings import read_holdings

    if capital is not None and holdings is not None:
        raise InputError(
            "capital and holdings", where="capital", expected="one of them: holdings have a size"
        )
    for name, value in (("capital", capital), ("multiplier", multiplier)):
        if value is not None and not 0.0 < value < _MOST_MONEY:
            raise InputError(f"got {value:g}", where=name, expected="an amount above 0")
    try:
        day = pd.Timestamp(dt.date.today() if date is None else date)
    except ValueError:
        raise InputError(f"got {date!r}", where="date", expected="a date as YYYY-MM-DD") from None
    file = None if holdings is None else read_holdings(os.fspath(holdings))
    market = load_market(plan) if market is None else market
    return answer(plan, market, day, capital=capital, multiplier=multiplier, holdings=file)


def compare(
    runs: Iterable[str | os.PathLike[str]],
    home: str | os.PathLike[str] = "runs",
    *,
    different_data: bool = False,
) -> Comparison:
    """Runs that lie on disk, the first against each other one.

    Parameters
    ----------
    runs : iterable of str or path
        Of each its folder, its id or the beginning of it, or the name of a plan
        that was run once. A folder of runs stands for all in it, oldest first.
    home : path, optional
        Folder that holds runs.
    different_data : bool, optional
        Compare runs that read different data.

    Returns
    -------
    Comparison
        ``runs``, the first being what the others are compared with, and what
        differs in their plans, data and figures.

    Raises
    ------
    InputError
        Where a run is not found or not whole, there are fewer than two, or
        their data differ.

    Examples
    --------
    >>> from reports import write_run
    >>> for stop in ("0.02", "0.03"):
    ...     plan = load_plan("short_long", ["vintages=[2023, 2024]", f"tactical.stop={stop}"])
    ...     written = write_run(run(plan), "runs", tearsheet=False, report=False)
    >>> compare(["runs"]).settings
    [('tactical.stop', [0.02, 0.03])]
    """
    from strategy.compare.comparison import compare as beside
    from strategy.compare.stored import named_runs

    return beside(named_runs([os.fspath(run) for run in runs], home), different_data=different_data)


def lookahead(
    plan: Plan,
    market: Market | None = None,
    *,
    dates: int | Iterable[pd.Timestamp | str] = 20,
    seed: int = 0,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Report:
    """Rerun a plan on data cut short and list what knew more than it could.

    Parameters
    ----------
    plan : Plan
    market : Market, optional
        Loaded from the plan where not given.
    dates : int or iterable of dates, optional
        How many dates to cut at, drawn with `seed`, or which ones.
    seed : int, optional
    seconds : float, optional
        After them no further date is begun; a quarter of an hour by default.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Returns
    -------
    Report
        ``clean``, and one of ``findings`` for each thing that differs.

    Raises
    ------
    InputError
        Where plan and data do not fit, or a date is not in the data.

    Examples
    --------
    >>> plan = load_plan("short_long", ["vintages=[2023, 2024]"])
    >>> lookahead(plan, dates=["2024-06-28"]).clean
    True
    """
    from strategy.lookahead import LONGEST, look_ahead

    market = load_market(plan) if market is None else market
    limit = LONGEST if seconds is None else seconds
    return look_ahead(plan, market, dates=dates, seed=seed, seconds=limit, progress=progress)
