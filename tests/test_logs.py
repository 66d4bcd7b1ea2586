"""Lines of the log: one of each kind in a second, and none is lost count of."""

import logging
from collections.abc import Iterator

import pytest

from app.logs import OncePerSecond


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Log:
    """A logger on a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.handler = Lines()
        self.filter = OncePerSecond(self.handler)
        self.logger = logging.getLogger("tests.logs")
        monkeypatch.setattr("time.monotonic", lambda: self.now)

    @property
    def lines(self) -> list[str]:
        return self.handler.lines


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    made = Log(monkeypatch)
    made.logger.addHandler(made.handler)
    yield made
    made.logger.removeHandler(made.handler)


def test_a_line_of_each_kind_a_second(log):
    for number in range(1000):
        log.logger.warning("no %s", number)
        log.logger.warning("yes %s", number)
        log.now += 0.0001
    assert log.lines == ["no 0", "yes 0"]


def test_the_next_line_or_the_clock_tells_how_many_were_left_out(log):
    for _ in range(3):
        log.logger.warning("no")
    log.now += 1
    log.logger.warning("no")
    log.logger.warning("no")
    log.filter.tell()
    assert log.lines == ["no", "no (2 more like it)"]
    log.now += 1
    log.filter.tell()
    log.filter.tell()
    log.logger.warning("no")
    assert log.lines == ["no", "no (2 more like it)", "no"]
    log.now += 1
    log.filter.tell()
    assert log.lines[3:] == ["no"]
    log.now += 1
    log.filter.tell()
    assert len(log.lines) == 4
    assert not log.filter._kinds


def test_what_was_left_out_once_is_written_late_with_its_own_words(log):
    for number in range(5):
        log.logger.warning("%s%% of %s", number, {"a": "%s"})
    log.now += 1
    log.filter.tell()
    assert log.lines == ["0% of {'a': '%s'}", "4% of {'a': '%s'} (3 more like it)"]


def test_faults_of_another_kind_are_other_lines(log):
    for kind in (ValueError, KeyError, ValueError):
        try:
            raise kind
        except (ValueError, KeyError):
            log.logger.exception("broken")
    assert log.lines == ["broken", "broken"]
