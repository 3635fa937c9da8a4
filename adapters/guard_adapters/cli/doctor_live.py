"""What `guard doctor` says of the guard that runs: silent or late streams, faults."""

from collections.abc import Iterator

from guard.errors import GuardError
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import place_of
from guard_adapters.cli.signals_status import ago
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.state.announcing import listening_at

Said = tuple[str, str]


def live(loaded: Loaded) -> Iterator[Said]:
    """Ask the guard that runs on this state, if one does."""
    if not loaded.state.is_dir():  # which is said of the folder itself
        return
    try:
        if listening_at(loaded.state) is None:
            return
        guard = OperatorClient(place_of(loaded))
        told, faults = guard.ask("GET", "signals/streams"), guard.ask("GET", "faults")["faults"]
    except GuardError as error:
        yield "guard_mute", f"The guard that runs here does not say how it is: {error.message}"
        return
    now_ms = told["now_ms"]
    for one in told["in"]:
        heard = ago(one["heard_ms"], now_ms)
        if one["wrong"]:
            text = f"Stream {one['name']!r} is not to be relied on ({one['wrong']}); heard {heard}."
            yield "stream_silent", f"{text} Look at its transmitter: guard signals status."
        elif not one["verified"] and not one["heard_ms"]:
            text = f"Stream {one['name']!r} has said nothing since the guard started, and nobody"
            yield "note", f"{text} would notice: give it stream_id and token_file."
    for one in told["out"]:
        if one["wrong"]:
            text = f"Receiver {one['name']!r} is behind ({one['wrong']}"
            since = f", the oldest since {ago(one['oldest_ms'], now_ms)}" if one["waiting"] else ""
            yield "receiver_behind", f"{text}{since})."
    for one in faults:
        yield "fault", f"{one['what']} ({one['fault']})."
