"""Bytes into grids of cells: what kind of file it is, whether it keeps the limits, and what its sheets hold."""
