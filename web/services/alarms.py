"""Telling somebody outside the program that something is wrong: by mail, by a webhook, or both.

What is sent says what has happened to the installation, never anything about a person.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.request
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.parse import unquote, urlsplit

import structlog

from web.services import clock

if TYPE_CHECKING:
    from web.settings import Settings

SECONDS: Final = 20.0
"""How long a mail server or a webhook may take to answer."""

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"smtp": 587, "smtps": 465}

_log = structlog.get_logger(__name__)


def is_configured(settings: Settings) -> bool:
    """Return whether anybody is told."""
    return bool(settings.alarm.mail or settings.alarm.webhook)


def send(settings: Settings, subject: str, text: str) -> bool:
    """Tell everybody who is configured; return whether at least one way worked. Failures are logged, not raised.

    Parameters
    ----------
    subject, text
        German, for people.
    """
    ways = [
        way for way, wanted in ((_send_mail, settings.alarm.mail), (_send_webhook, settings.alarm.webhook)) if wanted
    ]
    sent = False
    for way in ways:
        try:
            way(settings, subject, text)
            sent = True
        except (OSError, smtplib.SMTPException, URLError, ValueError) as error:
            _log.error("alarm not sent", way=way.__name__.removeprefix("_send_"), error=type(error).__name__)
    return sent


def _send_mail(settings: Settings, subject: str, text: str) -> None:
    server, alarm = urlsplit(settings.alarm.smtp), settings.alarm
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, alarm.sender, ", ".join(alarm.mail)
    message["Date"] = clock.now()
    message.set_content(text)
    host, port = server.hostname or "", server.port or _PORTS[server.scheme]
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(host, port, timeout=SECONDS)
    with connection:
        if server.scheme == "smtp" and host not in _LOCAL:
            connection.starttls(context=ssl.create_default_context())  # raises where the server cannot
        if server.username:
            connection.login(unquote(server.username), alarm.smtp_password)
        connection.send_message(message)


def _send_webhook(settings: Settings, subject: str, text: str) -> None:
    told = {"program": "pebem", "installation": settings.public_url, "subject": subject, "text": text}
    request = urllib.request.Request(  # noqa: S310 - the settings accept https, and http on this machine, alone
        settings.alarm.webhook,
        data=json.dumps(told | {"at": clock.now().isoformat()}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with _OPENER.open(request, timeout=SECONDS):
        pass


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A webhook that leads elsewhere may lead to a place that is not encrypted."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_NoRedirects)
