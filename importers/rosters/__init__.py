"""Duty rosters, long and wide, and the codes of shifts in them."""
