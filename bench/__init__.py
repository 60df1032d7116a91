"""What is measured, as ratios within one run: `pebem bench`.

A subject is a module here with a function ``run``; `cli/commands/bench.py` lists the subjects, and its figures go into
`docs/performance.md`.
"""
