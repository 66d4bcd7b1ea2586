"""The console: telnet in the browser, and the guided tour."""

from . import problems as problems  # importing registers them
