"""What is grave asks for a second factor again unless one was shown in the last minutes (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

View = TypeVar("View", bound="Callable[..., Any]")


def required(view: View) -> View:
    """Let the gate answer this view only while a factor was shown in the last minutes (``sessions.FRESH``).

    Below the route: ``@blueprint.post(...)`` stands above ``@fresh.required``.
    """
    view.needs_fresh_factor = True  # type: ignore[attr-defined]
    return view


def is_required(endpoint: str | None) -> bool:
    """Return whether an endpoint is marked so."""
    return bool(getattr(current_app.view_functions.get(endpoint or ""), "needs_fresh_factor", False))
