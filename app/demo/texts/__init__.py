"""The written words of the demo mailbox, and their types. Prose lies in TOML files beside this."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Thread:
    """One correspondence: a subject and its author's texts, oldest first."""

    subject: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A person who writes letters, with what their mail program does."""

    name: str
    address: str
    tz: int
    mailer: str
    charset: str
    encoding: str
    threads: tuple[Thread, ...]
    flowed: bool = False
    html: bool = False
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A newsletter; `items` are pairs of a title and a text."""

    name: str
    address: str
    list_id: str
    language: str
    colour: str
    subject: str
    greeting: str
    goodbye: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop; `goods` are pairs of a name and a price in cents."""

    name: str
    address: str
    language: str
    ordered: str
    """Subject of the confirmation; `{number}` is the order's."""
    sent: str
    """Subject of the shipping note."""
    thanks: str
    """Text of the confirmation, above the list of goods."""
    on_its_way: str
    """Text of the shipping note; `{number}`, `{tracking}`."""
    total: str
    goods: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message with files: pairs of a name and a size in millions of octets on the wire."""

    days: float
    """Age at the start."""
    subject: str
    text: str
    files: tuple[tuple[str, float], ...] = ()
    text_last: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who sends files."""

    name: str
    address: str
    tz: int
    mailer: str
    parcels: tuple[Parcel, ...]
    charset: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Statement:
    """A monthly statement with a PDF; the texts name `{month}`, `{stamp}` and `{amount}`."""

    name: str
    address: str
    tz: int
    mailer: str
    subject: str
    file: str
    text: str


def load_letters() -> list[Correspondent]:
    """The correspondents, in the order of the files."""
    people: list[Correspondent] = []
    for entry in (
        *_load("letters-latin.toml")["correspondent"],
        *_load("letters-scripts.toml")["correspondent"],
    ):
        threads = tuple(
            Thread(thread["subject"], tuple(thread["texts"])) for thread in entry.pop("thread")
        )
        people.append(Correspondent(**entry, threads=threads))
    return people


def load_newsletters() -> list[Newsletter]:
    """The newsletters, in the order of the file."""
    return [
        Newsletter(**{**entry, "items": tuple((title, words) for title, words in entry["items"])})
        for entry in _load("newsletters.toml")["newsletter"]
    ]


def load_shops() -> list[Shop]:
    """The shops, in the order of the file."""
    return [
        Shop(**{**entry, "goods": tuple((name, cents) for name, cents in entry["goods"])})
        for entry in _load("shops.toml")["shop"]
    ]


def load_parcels() -> list[Author]:
    """Those who send files, in the order of the file."""
    authors: list[Author] = []
    for entry in _load("parcels.toml")["sender"]:
        parcels = []
        for parcel in entry.pop("parcel"):
            files = tuple((name, float(size)) for name, size in parcel.pop("files", []))
            parcels.append(Parcel(**parcel, files=files))
        authors.append(Author(**entry, parcels=tuple(parcels)))
    return authors


def load_statements() -> list[Statement]:
    """The monthly statements, in the order of the file."""
    return [Statement(**entry) for entry in _load("statements.toml")["statement"]]


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
