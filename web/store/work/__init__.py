"""Performed interventions as bulk rows: in by the driver, out as bytes, a month at a time."""
