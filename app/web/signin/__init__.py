"""The sign-in page, and finding the server for an address."""

from . import problems as problems  # importing registers them
