"""What is marked, the commit, and its receipt."""

from . import problems as problems  # importing registers them
