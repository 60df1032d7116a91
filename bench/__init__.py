"""What is measured, as ratios within one run: `pebem bench`."""
