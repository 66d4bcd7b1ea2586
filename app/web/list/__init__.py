"""The list of messages: its rows, its filter, its address."""

from . import problems as problems  # importing registers them
