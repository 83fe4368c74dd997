"""The hedge: its ratio, its costs, one vintage of it beside its rivals; instruments."""
