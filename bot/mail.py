"""Sends a short plain message by SMTP."""

import smtplib
import socket
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import BinaryIO

from bot.deadline import connected
from bot.sections import CallbackMail
from bot.webhook import UndeliveredError, resolve

MOST_SAID = 64 * 1024
"""Bytes that a mail server may say in one conversation; more is none."""


def send(settings: CallbackMail, password: str | None, delivery: str, subject: str, text: str, at: datetime) -> None:
    """Sends it to everybody in the settings, within the seconds that are set for all of it. Raises UndeliveredError.

    delivery: names what is told, and stays the same when it is told again.
    """
    message = EmailMessage()
    message["From"], message["To"] = settings.sender, ", ".join(settings.to)
    message["Subject"], message["Date"] = subject, format_datetime(at)
    domain = (settings.sender or "").rpartition("@")[2]
    message["Message-ID"] = f"<{delivery}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    host, port, seconds = settings.host or "", settings.port, settings.timeout_seconds
    is_sent = False
    try:
        with connected(resolve(host, port), port, seconds) as line, _Server(line, host, settings.security) as server:
            if settings.user and password:
                server.login(settings.user, password)
            server.send_message(message)
            is_sent = True
    except (OSError, smtplib.SMTPException) as error:
        if not is_sent:  # what goes wrong after that is no reason to send it twice
            raise UndeliveredError(_why(error, seconds)) from error


def _why(error: Exception, seconds: float) -> str:
    match error:
        case TimeoutError():
            return f"the mail server was not done in {seconds:g} seconds"
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"the mail server answered with {code}"
        case _:
            return f"the mail server could not be used ({type(error).__name__})"


class _Server(smtplib.SMTP):
    """A mail server at the end of a connection that is there already."""

    def __init__(self, line: socket.socket, host: str, security: str) -> None:
        self._line = line
        self._is_encrypted = security == "tls"
        super().__init__(host)
        if security == "starttls":
            try:
                self.starttls(context=ssl.create_default_context())
            except BaseException:
                self.close()
                raise

    def connect(self, host: str = "localhost", *_: object, **__: object) -> tuple[int, bytes]:
        """Listens to the greeting."""
        line = self._line
        if self._is_encrypted:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        self.sock, self.file = line, None
        return self.getreply()

    def getreply(self) -> tuple[int, bytes]:
        """The next answer, as long as the server has not said too much."""
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        return super().getreply()


class _Bounded:
    """Lines of a file, until there have been too many."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MOST_SAID

    def readline(self, most: int) -> bytes:
        """The next line; nothing, as at the end, where too much has been read."""
        line = self._file.readline(min(most, self._left))
        self._left -= len(line)
        return line

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
