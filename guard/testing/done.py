"""What is handed back for something that has already happened."""

from collections.abc import Generator


class Done:
    """Awaitable at once; nothing is lost if nobody awaits it."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield
