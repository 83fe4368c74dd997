"""`simulate new`: a commented plan of one named leg, from a few answers or like another plan."""

from __future__ import annotations

from pathlib import Path

import click

from market.errors import InputError
from strategy.commands.frame.lines import tell

TEMPLATE = """\
# {name}: written by `simulate new`; every line may be changed, docs/legs.md says what there is.
#
#   simulate check {file}       is it valid, and how often would it have traded
#   simulate explain {file}     the same in plain sentences, with today's levels
#   simulate run {file}         what it would have done
#   simulate today {file}       what it orders tonight

name: {name}
# title: {{en: A title for pages, zh-Hant: 頁面標題}}
# source: where the idea is from

markets:
  index: {{prices: {prices}}}    # sp500, or your own CSV or Parquet file of prices
core: {core}    # shares of equity held throughout; {{}}: cash between trades
# or {{every: month, anchor: -1}}, or {{when: {{vix_above: {{level: 30}}}}, gap: 20}}
vintages: {{every: year, anchor: "{anchor}"}}

legs:
  {leg}:
    side: {side}
    # levels: {{mode: ratio, reference: 100, goal: 104}}    # goal is 4 % above the anchor's close
    entry:
      at: open    # or {{through: goal}}, {{limit: goal}}
      # until: {{sessions: 10}}    # how long the entry is tried
      # when: {{above_average: {{sessions: 200}}}}    # `simulate rules` lists what may stand here
    exits:
{target}{stop}      by: {by}    # what is left is sold at that close
    size: {{weight: {weight}}}    # share of equity
"""


@click.command("new")
@click.argument("file", metavar="FILE")
@click.option("--like", metavar="PLAN", help="Copy a plan that comes with the program instead.")
@click.option("--prices", default="sp500", show_default=True, help="sp500, or a file of prices.")
@click.option("--side", type=click.Choice(["long", "short"]), default="long", show_default=True)
@click.option("--anchor", default="10-31", show_default=True, help="Day of the year, MM-DD.")
@click.option("--by", "until", metavar="DAY", help="Last day of the trade, MM-DD.")
@click.option("--sessions", default=20, show_default=True, help="Its sessions, without --by.")
@click.option("--stop", type=float, help="Stop, fraction of the entry price.")
@click.option("--gain", type=float, help="Target, gain on the entry price as a fraction.")
@click.option("--weight", default=1.0, show_default=True, help="Share of equity.")
@click.option("--core", default=0.0, show_default=True, help="Share held throughout.")
def new_plan(
    file: str,
    like: str | None,
    prices: str,
    side: str,
    anchor: str,
    until: str | None,
    sessions: int,
    stop: float | None,
    gain: float | None,
    weight: float,
    core: float,
) -> None:
    """Write FILE, a commented plan of one leg, from the answers given as options.

    The plan is checked before it is written. A file that exists is left alone.
    """
    from market.atomic import write_whole

    path = Path(file)
    if path.suffix not in (".yaml", ".yml"):
        raise InputError(f"got {file!r}", where="FILE", expected="a name ending in .yaml")
    if path.exists():
        raise InputError("is there already", where=file, do="choose another name")
    if not path.absolute().parent.is_dir():
        raise InputError("its folder is not there", where=file, do="make the folder first")
    if like is not None:
        from strategy.plan.file.shipped import plan_path

        with plan_path(like) as found:
            if not Path(found).is_file():
                raise InputError(f"got {like!r}", where="--like", expected="a plan's name or file")
            text = Path(found).read_text(encoding="utf-8")
    else:
        import json

        targets = [{"at": {"gain": gain}, "share": 1.0}]
        text = TEMPLATE.format(
            name=json.dumps(path.stem, ensure_ascii=False),
            file=path.name,
            prices=json.dumps(prices, ensure_ascii=False),
            core=f"{{index: {core:g}}}" if core else "{}",
            anchor=anchor,
            leg="trade",
            side=side,
            target="" if gain is None else f"      targets: {json.dumps(targets)}\n",
            stop="" if stop is None else f"      stop: {stop:g}    # of the entry price\n",
            by=f'{{date: "{until}"}}' if until else f"{{sessions: {sessions}}}",
            weight=f"{weight:g}",
        )
        _checked(text, path)
    tell(str(write_whole(path, text.encode())))


def _checked(text: str, path: Path) -> None:
    """Refuse answers that make no valid plan, before anything is written."""
    import tempfile

    from strategy.plan.file.legs_file import read_legs_file

    with tempfile.NamedTemporaryFile(
        "w", suffix=".yaml", dir=path.absolute().parent, encoding="utf-8"
    ) as draft:
        draft.write(text)
        draft.flush()
        try:
            read_legs_file(draft.name)
        except InputError as error:
            where = error.where.partition(": ")[2] or str(path)
            raise InputError(
                error.what, where=where, expected=error.expected, do=error.do
            ) from None
