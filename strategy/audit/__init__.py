"""The audit: a plan's claims on trial, its readings against the tape, its forecasts scored."""
