"""The plans a user starts from, as package data: commented YAML files, no code."""
