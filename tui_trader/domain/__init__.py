"""The nouns of the trade. Frozen values, exact decimals, no I/O, no clock; imports nothing else of ours."""
