"""The reader: one message, its tabs and what can be taken out of it."""

from . import problems as problems  # importing registers them
