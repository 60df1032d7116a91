"""Single cells into values: days, numbers, durations, words."""
