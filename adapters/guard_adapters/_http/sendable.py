"""Which addresses anything is sent to: by https, or on this machine. It sends nothing itself."""

import httpx

from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.origins import in_the_clear


def check_sendable(url: str, refusal: type[UpstreamFailed] = UpstreamFailed) -> None:
    """Look whether a request may go to an address.

    Raises:
        UpstreamFailed: it is no address, or neither https nor loopback; as the class `refusal`.
    """
    try:
        parts = httpx.URL(url)  # read by what sends it: two readers could see two hosts
    except (httpx.InvalidURL, ValueError):
        raise refusal("no address", sent=False) from None
    if in_the_clear(parts.scheme, parts.host):
        raise refusal(f"{parts.scheme!r} is not https", sent=False)
