"""Many messages in one file."""

from . import problems as problems  # importing registers them
