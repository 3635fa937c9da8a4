"""That no whole answer came: what every request of the house raises, whatever sends it."""


class UpstreamFailed(Exception):
    """No whole answer came. `sent` is False only if the request surely never left."""

    def __init__(self, what: str, *, sent: bool) -> None:
        super().__init__(what)
        self.sent = sent
