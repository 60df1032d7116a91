"""The official export for the data analysis centre (DAS): its fields, plausibility rules and sheets."""
