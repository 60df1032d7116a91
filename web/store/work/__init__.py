"""Performed interventions as bulk rows: inserted by the driver, read as bytes, a month at a time."""
