"""The one place where addresses are made: what links, forms and redirects keep of the address they stand on.

An address holds the home, the period and what narrows the work. Every ``url_for`` keeps them, so a page shows the same
to whoever may see it, and no template can lose them. Forms that are sent as an address (GET) repeat them as fields,
since a browser drops what their action holds: ``form_fields``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import abort, g, redirect, request, url_for
from flask_login import current_user

from web import current
from web.current import HOME, SignedIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.wrappers import Response

START: Final = "von"
END: Final = "bis"
WARD: Final = "wb"
SHIFT: Final = "schicht"
GROUP: Final = "gruppe"

KEPT: Final = (HOME, START, END, WARD, SHIFT, GROUP)
"""What every address keeps: home, first and last day, ward, shift, group of interventions."""

WITHOUT_HOME: Final = frozenset({"static", "health", "auth.sign_in", "auth.sign_out", "first_account.index"})
"""What is about no home, and asked for by whoever has none: its address keeps nothing."""

_OF_ACCOUNTS: Final = frozenset({"auth", "passkeys", "recovery_codes", "own_account", "accounts", "log", "security"})
"""Areas about accounts: their addresses keep what others keep, for the way back, but need not name a home."""
_OF_ONE_HOME: Final = frozenset({"upload_id", "resident", "override_id"})
"""Parts of a path that another home does not have."""


def init_app(app: Flask) -> None:
    """Complete the addresses asked for and those that ``app`` makes; after the gate."""
    app.before_request(_complete)
    app.url_defaults(_keep)
    app.jinja_env.globals["here"] = here
    app.jinja_env.globals["form_fields"] = form_fields


def settle(shown: Mapping[str, str]) -> None:
    """State what of the present address the page shows, by ``KEPT``: its links keep this and nothing else."""
    g.kept = dict(shown)


def kept() -> dict[str, str]:
    """Return what links keep; nothing where no home is known."""
    if "home" not in g:
        return {}
    if "kept" not in g:
        settle({name: request.args[name] for name in KEPT if request.args.get(name)})
    return {**g.kept, HOME: str(g.home.id)}


def here(**changes: Any) -> str:
    """Return the address of the present page with some of its parameters changed; None leaves one out."""
    return there(request.endpoint or "home.index", **changes)


def there(endpoint: str, **changes: Any) -> str:
    """Return the address of another page with the parameters of this one, as far as it shows them, and some changed."""
    own: dict[str, Any] = {name: request.args.getlist(name) for name in request.args if name not in KEPT}
    return url_for(endpoint, **{**(request.view_args or {}), **own, **changes})


def same_arguments(endpoint: str, **changes: Any) -> str:
    """Return the address of another page with every parameter as it was asked for, and some changed; None drops one."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    return url_for(endpoint, **{**(request.view_args or {}), **arguments, **changes})


def form_fields(*own: str, path: str = "") -> list[tuple[str, str]]:
    """Return the hidden fields of a form that asks for an address: all that is kept but the form's ``own`` fields.

    A form that leads to the page it stands on (``path``) repeats the other parameters of the page too.
    """
    fields = [(name, value) for name, value in kept().items() if name not in own]
    if path == request.path:
        fields += [pair for pair in request.args.items(multi=True) if pair[0] not in {*KEPT, *own}]
    return fields


def path_of_other_home(index: str) -> str:
    """Return the path at which another home has the present page; ``index`` is the page its area begins with.

    A page about something that only one home has leads to the beginning of its area.
    """
    stays = request.method == "GET" and request.endpoint not in {None, *WITHOUT_HOME}
    stays = stays and request.blueprint not in _OF_ACCOUNTS and not _OF_ONE_HOME & (request.view_args or {}).keys()
    return request.path if stays else url_for(index).partition("?")[0]


def _complete() -> Response | None:
    """Add the home to an address without one where there are several; 404 for one that may not be seen."""
    if request.endpoint is None or request.endpoint in WITHOUT_HOME:
        return None
    if not (isinstance(current_user._get_current_object(), SignedIn) and current_user.is_authenticated):  # noqa: SLF001
        return None
    try:
        home = current.home()
    except current.NoHomeError:
        return None  # the page itself says so
    named = HOME in request.args or "upload_id" in (request.view_args or {})
    if named or len(g.homes) == 1 or request.blueprint in _OF_ACCOUNTS:
        return None
    if request.method not in {"GET", "HEAD"}:
        abort(400)  # nothing is changed in a home that nobody has named
    return redirect(here(**request.args.to_dict(flat=False), haus=home.id))


def _keep(endpoint: str, values: dict[str, Any]) -> None:
    """Add what is kept to the values of an address that is made; a value of None leaves it out."""
    if endpoint not in WITHOUT_HOME:
        for name, value in kept().items():
            values.setdefault(name, value)
