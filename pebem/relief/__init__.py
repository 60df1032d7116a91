"""Feasible relief: work above the level called for that somebody on shift could have taken over."""
