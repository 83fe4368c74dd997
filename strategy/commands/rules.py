"""`simulate rules`: the catalogue of rules that plans and claims can name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strategy.commands.frame.lines import tell_json

if TYPE_CHECKING:
    from signals.catalogue.rules import Rule


@click.command("rules")
@click.argument("names", nargs=-1, metavar="[RULE]...")
@click.option("--family", metavar="FAMILY", help="Only the rules of one family.")
@click.option("--json", "as_json", is_flag=True, help="Print the catalogue as JSON.")
def print_rules(names: tuple[str, ...], family: str | None, as_json: bool) -> None:
    """List the rules: what each says, what it needs, whose it is.

    Name a RULE (weekly_average_touch, or an id like R12) to read everything
    about it, its numbers included. A rule that no public series can carry is
    listed with the reason.
    """
    from signals import RULES

    chosen = [r for n in names for r in _named(n)] if names else list(RULES.values())
    if family is not None:
        check_family(family)
        chosen = [r for r in chosen if r.family == family]
    chosen.sort(key=lambda r: (r.id, not r.computable))
    if as_json:
        tell_json([described(r) for r in chosen], sort=False)
        return
    from reports.terminal.rules import details, listing
    from reports.terminal.wide import print_parts

    print_parts([details(chosen) if names else listing(chosen)])


def check_family(family: str) -> None:
    """Refuse a family that no rule is of.

    Raises
    ------
    InputError
        Names the families there are.
    """
    import difflib

    from market.errors import InputError
    from signals import RULES

    known = sorted({r.family for r in RULES.values()})
    if family not in known:
        near = difflib.get_close_matches(family, known, n=1)
        raise InputError(
            f"got {family!r}",
            where="--family",
            expected=f"one of {', '.join(known)}",
            do=f"did you mean {near[0]!r}?" if near else "",
        )


def described(rule: Rule) -> dict[str, Any]:
    """A rule as plain values."""
    return {
        "id": rule.id,
        "name": rule.name,
        "section": rule.section,
        "family": rule.family,
        "classes": rule.classes,
        "meaning": rule.meaning,
        "unit": rule.unit,
        "inputs": list(rule.inputs),
        "lag": rule.lag,
        "proxy": rule.proxy,
        "provenance": rule.provenance,
        "computable": rule.computable,
        "reason": rule.reason,
        "parameters": [
            {
                "name": p.name,
                "unit": p.unit,
                "meaning": p.meaning,
                "default": p.default,
                "provenance": p.provenance,
            }
            for p in rule.parameters
        ],
    }


def _named(name: str) -> list[Rule]:
    from signals import RULES, find

    of_id = [r for r in RULES.values() if r.id == name.upper()]
    return of_id or [find(name)]
