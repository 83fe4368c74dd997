"""A plan of named legs on its markets: positions, one account, vectorbt's book, tables, figures."""
