"""Queries against a model that knows nothing of reading, of folding once or of what comes first."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.models import Message, MessageId
from app.mailbox.query import parse
from app.mailbox.terms import Age, Condition, Field, Group, Query, Term, contrary, together
from app.pop3 import MessageNumber, Octets
from tests.mailbox.oracle import Match, matches, select

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

TEXTS = st.sampled_from(["anna", "b", "invoice", "x y", "\u00c4", "\u00df", "-a", "a:b", '"'])
TERMS = st.one_of(
    st.tuples(st.sampled_from([Field.WORD, Field.FROM, Field.TO, Field.SUBJECT]), TEXTS),
    st.tuples(st.sampled_from([Field.LARGER, Field.SMALLER]), st.integers(0, 12)),
    st.tuples(
        st.sampled_from([Field.OLDER, Field.NEWER]),
        st.builds(Age, st.integers(0, 5), st.just("d")),
    ),
    st.tuples(st.just(Field.SENDER), st.sampled_from(["A@B.example", "x@y.example", "anna"])),
    st.tuples(st.just(Field.DOMAIN), st.sampled_from(["B.example", "y.example", "example"])),
    st.tuples(
        st.just(Field.HAS), st.sampled_from(["attachment", "sender", "domain", "date", "header"])
    ),
    st.just((Field.IS, "marked")),
)
# Each text of a header with what it says, folded by hand.
FROM = {"Anna <a@b.example>": ["anna", "a@b.example"], "x@y.example": ["x@y.example"]}
TO = {"anna@b.example": ["anna@b.example"], "c@d, X Y <x@y>": ["c@d", "x y", "x@y"]}
SUBJECT = {"Invoice": "invoice", "x  Y": "x y", "-a \u00e4": "-a \u00e4", "A:B SS": "a:b ss",
           '"b': '"b'}  # fmt: skip
ATTACHED = {"multipart/mixed": True, "text/html": False, "multipart/related": None}
FOLDED = {"\u00c4": "\u00e4", "\u00df": "ss"}

HEADERS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "From": st.sampled_from(list(FROM)),
        "To": st.sampled_from(list(TO)),
        "Subject": st.sampled_from(list(SUBJECT)),
        "Date": st.integers(0, 6),
        "Content-Type": st.sampled_from(list(ATTACHED)),
    },
)


def texts(field: Field, header: dict[str, Any]) -> list[str]:
    """The folded texts that a field looks at."""
    sender = FROM.get(header.get("From", ""), [])
    subject = [SUBJECT.get(header.get("Subject", ""), "")]
    to = TO.get(header.get("To", ""), [])
    return {
        Field.FROM: sender, Field.TO: to, Field.SUBJECT: subject, Field.WORD: sender + subject,
    }[field]  # fmt: skip


def counted(field: Field, value: str, header: dict[str, Any]) -> bool | None:
    """What a known header says to a term that compares a whole, or asks what there is."""
    address = FROM.get(header.get("From", ""), [""])[-1]
    told: dict[object, bool | None] = {
        "attachment": ATTACHED[header.get("Content-Type", "text/html")],
        "date": "Date" in header,
        "domain": "From" in header,  # each address here has one
        "sender": "From" in header,
        Field.SENDER: address == value.lower(),
        Field.DOMAIN: address.partition("@")[2] == value.lower(),
    }
    return told.get(value if field is Field.HAS else field)


def holds(field: Field, value: Any, header: dict[str, Any]) -> bool | None:
    """What a known header says to a term that needs it."""
    if field in {Field.HAS, Field.SENDER, Field.DOMAIN}:
        return counted(field, value, header)
    match field:
        case Field.OLDER:
            return header["Date"] > value.amount if "Date" in header else None
        case Field.NEWER:
            return header["Date"] <= value.amount if "Date" in header else None
    return any(FOLDED.get(value, value) in text for text in texts(field, header))


def written(header: dict[str, Any]) -> bytes:
    lines = dict(header)
    if "Date" in lines:
        sent = NOW - timedelta(days=lines["Date"])
        lines["Date"] = f"{sent:%a, %d %b %Y %H:%M:%S +0000}"
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


@given(
    st.lists(st.tuples(TERMS, st.booleans()), max_size=5), HEADERS, st.integers(0, 12),
    st.booleans(),
)  # fmt: skip
def test_a_query_agrees_with_the_model(terms, header, octets, marked):
    message = Message(MessageId("m"), MessageNumber(1), Octets(octets), None)
    if header is not None:
        message.header.learn(written(header), 1)
    told: list[bool | None] = []
    for (field, value), negated in terms:
        plain: dict[Field, bool] = {Field.IS: marked}
        if isinstance(value, int):
            plain = {Field.LARGER: octets > value, Field.SMALLER: octets < value}
        if value == "header":
            plain = {Field.HAS: header is not None}
        truth = plain.get(field)
        if field not in plain and header is not None:
            truth = holds(field, value, header)
        told.append(truth if truth is None else truth is not negated)
    expected = Match.YES
    if None in told:
        expected = Match.UNDECIDED
    if False in told:
        expected = Match.NO

    query = Query(tuple(Term(field, value, negated) for (field, value), negated in terms))
    assert matches(query, message, marked, NOW) is expected
    assert parse(str(query)) == query
    chosen = select(query, [message], {message.id} if marked else (), NOW)
    assert chosen.matched == ((message,) if expected is Match.YES else ())
    assert chosen.undecided == ((message,) if expected is Match.UNDECIDED else ())


def truth_of(one: Condition, truths: dict[Term, bool | None]) -> bool | None:
    """What follows for a condition from what its terms are, said once more in other words."""
    if isinstance(one, Term):
        return truths[one]
    told = {truth_of(part, truths) for part in one.conditions}
    if one.negated:  # not all of them is one not; not one of them is none
        told = {None if each is None else not each for each in told}
    if one.either is not one.negated:
        return True if True in told else None if None in told else False
    return False if False in told else None if None in told else True


LEAVES = st.builds(lambda term, no: Term(term[0], term[1], negated=no), TERMS, st.booleans())
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda some, either, no: contrary(together(some, either=either))
        if no
        else together(some, either=either),
        st.lists(inner, min_size=1, max_size=3),
        st.booleans(),
        st.booleans(),
    ),
    max_leaves=6,
)  # fmt: skip


@given(st.lists(CONDITIONS, max_size=3), HEADERS, st.integers(0, 12), st.booleans())
def test_or_and_parentheses_agree_with_the_truth_of_their_terms(some, header, octets, marked):
    message = Message(MessageId("m"), MessageNumber(1), Octets(octets), None)
    if header is not None:
        message.header.learn(written(header), 1)
    words = {Match.YES: True, Match.NO: False, Match.UNDECIDED: None}
    query = parse(" ".join(f"({one})" if isinstance(one, Group) else str(one) for one in some))
    assert query == parse(str(Query(tuple(some))))
    truths = {term: words[matches(Query((term,)), message, marked, NOW)] for term in query.leaves}
    told = [truth_of(one, truths) for one in query.terms]
    expected = False if False in told else None if None in told else True
    assert words[matches(query, message, marked, NOW)] is expected
    assert parse(str(query)) == query


HEAP = tuple(
    Message(MessageId(f"m{n}"), MessageNumber(n), Octets(n), None, place=n - 1)
    for n in range(1, 13)
)
for place, one in enumerate(HEAP):
    if place % 3:
        one.header.learn(written({"From": list(FROM)[place % 2], "Date": place % 5}), 1)


@given(st.lists(CONDITIONS, max_size=3))
def test_many_messages_at_once_are_judged_as_each_alone(some):
    select(Query(tuple(some)), HEAP, {MessageId("m3"), MessageId("m4")}, NOW)
