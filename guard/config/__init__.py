"""What an operator may turn, a module a subject; each with its unit, its default and its reason.

Settings are passed down as arguments; nothing below the pipeline reads them from here.
"""

from guard.config.installation import AgentEntry, Installation
from guard.config.numbers import RAREST, Settings
from guard.config.people import CanarySettings, ChannelSettings, Console
from guard.config.serving import Serve, SignalReceiver, SignalStream, Store

__all__ = [
    "META_NAMESPACE",
    "RAREST",
    "AgentEntry",
    "CanarySettings",
    "ChannelSettings",
    "Console",
    "Installation",
    "Serve",
    "Settings",
    "SignalReceiver",
    "SignalStream",
    "Store",
]

META_NAMESPACE = "dev.guardcall"
"""The prefix of every private name on the wire, in reverse DNS as MCP asks for it."""
