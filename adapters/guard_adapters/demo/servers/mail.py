"""An MCP server that hands mail to a real SMTP server."""

import smtplib
import sys
from email.message import EmailMessage

from mcp.server.mcpserver import MCPServer

from guard_adapters.demo.servers.serve import serve


def mail_server(smtp_port: int, sender: str) -> MCPServer:
    """Return the server that sends as `sender` over SMTP on the loopback interface."""
    server = MCPServer("mail", log_level="ERROR")

    @server.tool()
    def send_mail(to: list[str], subject: str, body: str) -> str:
        """Send a mail."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, ", ".join(to), subject
        message.set_content(body)
        with smtplib.SMTP("127.0.0.1", smtp_port, timeout=5) as smtp:
            smtp.send_message(message)
        return f"sent to {len(to)}"

    return server


if __name__ == "__main__":
    serve(mail_server(int(sys.argv[2]), sys.argv[3]), port=int(sys.argv[1]))
