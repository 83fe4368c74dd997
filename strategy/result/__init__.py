"""What a run leaves: tables, figures, metrics, provenance."""
