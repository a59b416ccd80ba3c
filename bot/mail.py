"""Sends a short plain message by SMTP."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from bot.sections import CallbackMail
from bot.webhook import UndeliveredError


def send(settings: CallbackMail, password: str | None, delivery: str, subject: str, text: str, at: datetime) -> None:
    """Sends it to everybody in the settings. Raises UndeliveredError.

    delivery: names what is told, and stays the same when it is told again.
    """
    message = EmailMessage()
    message["From"], message["To"] = settings.sender, ", ".join(settings.to)
    message["Subject"], message["Date"] = subject, format_datetime(at)
    domain = (settings.sender or "").rpartition("@")[2]
    message["Message-ID"] = f"<{delivery}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        with _connected(settings) as server:
            if settings.user and password:
                server.login(settings.user, password)
            server.send_message(message)
    except TimeoutError as error:
        raise UndeliveredError(f"the mail server did not answer in {settings.timeout_seconds:g} seconds") from error
    except smtplib.SMTPResponseException as error:
        raise UndeliveredError(f"the mail server answered with {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise UndeliveredError(f"the mail server could not be used ({type(error).__name__})") from error


def _connected(settings: CallbackMail) -> smtplib.SMTP:
    host, port, seconds = settings.host or "", settings.port, settings.timeout_seconds
    if settings.security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=seconds)
    if settings.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server
