"""Building blocks that know Textual and nothing of trading: panel frame, live table, candles, typed line."""
