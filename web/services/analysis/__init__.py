"""The figures of a home: scored, stored, rescored after an edit, and read for pages and reports."""
