"""PTI: requests signed as JWS, single-use tokens, and the users, wallets and transactions behind them."""
