"""The server report: the form, the report while it is made, and to take away."""

from . import problems as problems  # importing registers them
