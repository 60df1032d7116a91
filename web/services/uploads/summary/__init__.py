"""Summaries of an upload for pages: findings by filter, figures, shares it would change, work that cannot be rated."""
