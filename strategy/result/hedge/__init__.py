"""The hedge beside its alternatives: report, needs, one vintage left out, along a path."""
