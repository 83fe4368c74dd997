"""How much to believe: Sharpe inference, overfitting odds, reality checks, walk-forward."""
