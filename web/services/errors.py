"""What all refusals of services have in common."""

from __future__ import annotations


class ServiceError(Exception):
    """What was asked for is refused, and nothing of it was done. The message is German, for the user."""
