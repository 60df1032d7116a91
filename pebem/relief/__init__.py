"""Feasible relief: work above the level called for that someone on shift could have taken over."""
