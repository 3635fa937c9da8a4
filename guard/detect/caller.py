"""Who calls has changed within one session: another workload, another device, a posture lost.

It compares what two requests of one session established of their caller. What only one of them
knew is no change: a front that knows no device accuses nobody.
"""

from collections.abc import Iterator

from guard.detect.finding import Finding
from guard.detect.numbers import Detectors
from guard.model.identity import Device, Who, Workload


def changed(before: Who, now: Who, numbers: Detectors) -> Iterator[Finding]:
    """Yield what is strange about this caller after that one."""
    found = (
        _moved(before.workload, now.workload),
        _other_device(before.device, now.device),
        _posture_lost(before.device, now.device),
    )
    yield from (one for one in found if one is not None and one.kind not in numbers.without)


def _moved(before: Workload, now: Workload) -> Finding | None:
    if not before.id or before == now:
        return None
    if not now.id:
        said = f"A session of workload {before.id} is used without a workload identity."
    elif before.id != now.id:
        said = f"A session of workload {before.id} is used by {now.id}."
    elif before.attested:  # the same name, and nobody vouches for it any more
        said = f"Workload {before.id} is no longer attested."
    else:
        return None
    return Finding(kind="workload_moved", said=said, evidence={"was": before.id, "is": now.id})


def _other_device(before: Device, now: Device) -> Finding | None:
    if not before.id or not now.id or before.id == now.id:
        return None
    said = f"A session of device {before.id} is used from {now.id}."
    return Finding(kind="device_changed", said=said, evidence={"was": before.id, "is": now.id})


def _posture_lost(before: Device, now: Device) -> Finding | None:
    newer = now.seen_at_ms and now.seen_at_ms >= before.seen_at_ms
    if not (before.compliant and newer and not now.compliant):
        return None
    said = f"Device {now.id or '(unnamed)'} is no longer compliant."
    return Finding(kind="posture_lost", said=said, evidence={"device": now.id})
