"""German words of pages and reports."""
