"""How much of something is given: the part every table of entry draws as a bar."""


class Share:
    """For a line with `given` and `asked` values."""

    given: int
    asked: int

    @property
    def missing(self) -> int:
        return self.asked - self.given

    @property
    def width(self) -> str:
        """The given share, on a scale of 100."""
        return f"{self.given * 100 / self.asked:.1f}" if self.asked else "0"
