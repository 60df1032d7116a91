"""Storage: the work database (pseudonyms only) and the vault (who is behind them)."""
