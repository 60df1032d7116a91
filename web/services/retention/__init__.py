"""Deleting what has been stored for long enough (``web.store.data_classes.RETENTION``, ``docs/adr/0043``)."""
