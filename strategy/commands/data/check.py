"""`simulate data check`: judge one file and say what it is taken for."""

from __future__ import annotations

import click

from strategy.commands.frame.lines import tell_json


@click.command("check")
@click.argument("file", metavar="FILE")
@click.option(
    "--series",
    metavar="ID",
    help="Judge it as this series of the catalogue; else as the one its column names, or prices.",
)
@click.option(
    "--date-format", metavar="FORM", help="How its dates are written, for example %d/%m/%y."
)
@click.option(
    "--decimal", type=click.Choice([".", ","]), help="Its decimal sign, where it does not show."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was judged as JSON.")
def check_file(
    file: str, series: str | None, date_format: str | None, decimal: str | None, as_json: bool
) -> None:
    """Judge FILE as a run would, and print what it is taken for.

    Its notation, dates, zone, unit, whether its closes are adjusted; what was
    put right, left out and doubted. A file that no run would take is refused
    with one line and exit code 2.
    """
    from market.files.read import series_named_in
    from market.judge.record import Nothing
    from market.sources.load import judged_prices, judged_series, long_enough

    stated = Nothing(dates=date_format, decimal=decimal)
    series = series or series_named_in(file)
    if series is None:
        prices = judged_prices(file, stated)
        long_enough(len(prices.prices), file)
        found = prices.judged
    else:
        judged = judged_series(file, series, stated).judged
        assert judged is not None
        found = judged
    if as_json:
        tell_json(found.as_json(), sort=False)
        return
    from reports.terminal.data import judged_file
    from reports.terminal.wide import print_parts

    print_parts([judged_file(file, found)])
