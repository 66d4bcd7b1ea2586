"""The words of the filter language: the English ones, and a place for those of a page."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .terms import Field


def plain(word: str) -> str:
    """A word as it is looked up: without case, accents and full width."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(one for one in parts if not "\u0300" <= one <= "\u036f")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words and what they stand for, each as `plain` has it, but for those of `either`.

    Attributes:
        fields: `larger`.
        sizes: units, in octets.
        ages: units, as `d`, `w`, `m` and `y`.
        values: `attachment`, `marked` and the other words behind `has:` and `is:`.
        months: names, 1 to 12.
        either: `or`, as `fold_joiner` has it.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    ages: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    either: frozenset[str] = frozenset()

    def beside(self, other: "Vocabulary") -> "Vocabulary":
        """The words of both; where they differ, these ones hold."""
        return Vocabulary(
            {**other.fields, **self.fields},
            {**other.sizes, **self.sizes},
            {**other.ages, **self.ages},
            {**other.values, **self.values},
            {**other.months, **self.months},
            self.either | other.either,
        )


def _each(**words: str) -> dict[str, str]:
    """What each of some words stands for."""
    return {word: meant for meant, some in words.items() for word in some.split()}


_SIZES: Final = {
    1: "b byte bytes octet octets",
    10**3: "k kb kilo kilos kbyte kbytes kilobyte kilobytes",
    10**6: "m mb meg megs mega megas mbyte mbytes megabyte megabytes",
    10**9: "g gb gig gigs giga gigas gbyte gbytes gigabyte gigabytes",
    1 << 10: "kib kibibyte kibibytes",
    1 << 20: "mib mebibyte mebibytes",
    1 << 30: "gib gibibyte gibibytes",
}
_MONTHS: Final = (
    "january february march april may june july august september october november december"
)

ENGLISH: Final = Vocabulary(
    fields={one.value: one for one in Field if one.value},
    sizes={word: octets for octets, words in _SIZES.items() for word in words.split()},
    ages=_each(
        d="d day days", w="w wk wks week weeks", m="m mo mos mth mths month months",
        y="y yr yrs year years",
    ),
    values=_each(
        attachment="attachment attachments", date="date", domain="domain", header="header",
        marked="marked", sender="sender", size="size",
    ),
    months={
        short: number
        for number, name in enumerate(_MONTHS.split(), 1)
        for short in (name, name[:3])
    },
    either=frozenset({"or"}),
)  # fmt: skip
