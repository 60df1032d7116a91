"""Make the application: settings in, a Flask app out, closed by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature
from jinja2 import StrictUndefined
from werkzeug.http import parse_cookie

from web import addresses, compression, current, errors, jobs, page_frame, rate_limits, static_files, uploaded_files
from web.current import AppServices, SignedIn
from web.security import gate, headers, request_log
from web.security.crypto import derive
from web.security.proxies import TrustedProxies
from web.services import clock, sessions
from web.store.databases import connect
from web.views import auth
from web.views import help as help_pages
from web.views.account import (
    accounts,
    deletions,
    first_account,
    instructions,
    log,
    own_account,
    passkeys,
    recovery_codes,
    releases,
    security,
    subjects,
)
from web.views.analysis import acts, explain, interventions, month_overview, plausibility, relief, staffing, table_files
from web.views.rulebooks import entries, library, overrides
from web.views.uploads import column_questions, names, preview, unanswered_words, unknown_people, upload_pages
from web.views.words import profiles, terms

if TYPE_CHECKING:
    from web.settings import Settings


def create_app(settings: Settings) -> Flask:
    """Return the application for these settings; the databases must have been migrated.

    Every page is closed to visitors without both factors unless ``web.security.gate`` lists it.
    """
    app = Flask(__name__, static_folder=None)
    app.debug = False  # whatever FLASK_DEBUG says: a debugger on a page runs anybody's code (F9)
    if settings.secure or settings.operation.trusted_proxies:
        app.wsgi_app = TrustedProxies(  # type: ignore[method-assign,assignment]
            app.wsgi_app, settings.operation.trusted_proxies, settings.public_url
        )
    app.config.update(
        SECRET_KEY=derive(settings.secret_key, "cookies").hex(),
        MAX_CONTENT_LENGTH=settings.upload_limit,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME="__Host-pebem" if settings.secure else "pebem",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PREFERRED_URL_SCHEME="https" if settings.secure else "http",
        WTF_CSRF_TIME_LIMIT=int(sessions.LONGEST.total_seconds()),
        WTF_CSRF_SSL_STRICT=settings.secure,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    databases = connect(settings)
    app.extensions["pebem"] = AppServices(settings, databases, jobs.make(settings, databases))
    _sign_in(app)
    CSRFProtect(app)
    gate.init_app(app)
    rate_limits.init_app(app)
    uploaded_files.init_app(app)
    addresses.init_app(app)
    gate.init_permissions(app)
    gate.init_confirmation(app)
    request_log.init_app(app)
    compression.init_app(app)
    headers.init_app(app, secure=settings.secure)
    errors.init_app(app)
    page_frame.init_app(app)
    static_files.init_app(app)
    app.jinja_env.filters["moment"] = clock.format_moment
    app.jinja_env.globals["downloads_of"] = table_files.downloads
    for view in (
        auth,
        first_account,
        passkeys,
        recovery_codes,
        own_account,
        accounts,
        instructions,
        deletions,
        security,
        subjects,
        releases,
        log,
        month_overview,
        interventions,
        acts,
        relief,
        staffing,
        plausibility,
        explain,
        entries,
        library,
        overrides,
        upload_pages,
        column_questions,  # with all questions before it
        preview,
        unanswered_words,
        unknown_people,
        names,
        terms,
        profiles,
        help_pages,
    ):
        app.register_blueprint(view.blueprint)
    app.add_url_rule("/bereit", "health", lambda: ("bereit\n", {"Content-Type": "text/plain; charset=utf-8"}))
    return app


def knows_cookie(app: Flask, header: str) -> bool:
    """Return whether a Cookie header holds a session this installation signed for somebody who gave a password.

    No database is asked: that is for the server, before it takes in a long request. Whether the session is alive,
    the gate decides.
    """
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    cookie = parse_cookie(header).get(app.config["SESSION_COOKIE_NAME"], "")
    try:
        return serializer is not None and "_user_id" in serializer.loads(cookie)
    except BadSignature:
        return False


def _sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    # The session lives on the server: the cookie's token alone decides.
    manager.session_protection = None

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        visitor = sessions.visitor(current.system(), token, clock.now())
        return SignedIn(token, visitor) if visitor else None
