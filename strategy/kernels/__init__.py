"""Compiled functions: the one decorator, and where the compiled code is kept."""
