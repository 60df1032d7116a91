"""The pages that answer: where the home stands, what does not fit, and why."""
