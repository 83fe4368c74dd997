"""The account: instructions become orders, orders become equity; vectorbt's book beside it."""
