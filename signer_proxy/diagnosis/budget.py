"""How much work one diagnosis may be: counted and not timed, so that the same request always gets the same answer."""


class SpentError(Exception):
    """The budget of a search is spent."""


class Budget:
    """Counts what a search does, in units of about ten nanoseconds; `bases` is how many bases it has written."""

    def __init__(self, units: int) -> None:
        self._left = units
        self.bases = 0
        self.is_spent = False

    def spend(self, units: int) -> None:
        """Take so many units. Raises SpentError when there are none left."""
        self._left -= units
        if self._left < 0:
            self.is_spent = True
            raise SpentError

    def write(self, size: int) -> None:
        """Take what a base of so many bytes costs. Raises SpentError."""
        self.bases += 1
        self.spend(800 + size // 4)

    def hash(self, size: int) -> None:
        """Take what a digest of so many bytes costs. Raises SpentError."""
        self.spend(120 + size // 4)
