"""Scenarios: the plan on resampled futures from one day and price, and what its odds are.

`strategy.scenario.api.run_scenario` runs a plan file's ``scenario:`` block;
worlds say where futures come from; the kernel puts each future through the
resolver, the hedge and the account of a run on history.
"""
