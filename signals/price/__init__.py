"""Rules of the traded index: support, resistance, zone, trend, season, volatility."""
