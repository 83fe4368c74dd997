"""Sweeps of plans of named legs: fills of settings, the dense walk of many markets, single runs."""
