"""A measured figure beside its limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    Attributes:
        what: what was measured.
        measured, limit: in `unit`; the limit comes from the same run where it is a ratio.
        unit: of both.
        beside: what a peer took, for comparison.
    """

    what: str
    measured: float
    limit: float
    unit: str
    beside: str = ""

    @property
    def held(self) -> bool:
        """Whether the limit held."""
        return self.measured <= self.limit

    def __str__(self) -> str:
        verdict = "held" if self.held else "PASSED"
        beside = f"  ({self.beside})" if self.beside else ""
        return (
            f"{self.what:58} {self.measured:8.3f} {self.unit:4} limit {self.limit:8.3f} {verdict}"
            f"{beside}"
        )
