"""The front desk: rooms, tokens, the page, and the watch over open rooms."""
