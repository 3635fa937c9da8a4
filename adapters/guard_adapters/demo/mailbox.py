"""A real SMTP server on the loopback interface that keeps what it is handed."""

import socket
from email import message_from_bytes
from email.policy import default as modern

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Mailbox:
    """Every mail that was handed in, as (receivers, subject)."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], str]] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802  the library calls it by this name
        """Keep one mail."""
        raw = envelope.content or b""
        content = raw if isinstance(raw, bytes) else raw.encode()
        message = message_from_bytes(content, policy=modern)
        self.received.append((list(envelope.rcpt_tos), str(message["Subject"])))
        return "250 kept"

    def start(self) -> int:
        """Start the server and return its port."""
        self._controller.start()
        return int(self._controller.port)

    def stop(self) -> None:
        """Stop the server."""
        self._controller.stop()
