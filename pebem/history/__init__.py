"""What is known of a home from many deliveries: statements by key, acts by content (``docs/adr/0016``).

Pure functions of deliveries in their order: the application, ``pebem analyse`` with several files and anything added
later fold with the same code. Nothing here knows a database, a file or a page.
"""
