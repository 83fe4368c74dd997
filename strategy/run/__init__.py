"""One plan on one market, vintage by vintage and chained."""
