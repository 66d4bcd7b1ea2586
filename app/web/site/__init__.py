"""What every page has: its frame, its address, its words, its errors."""

from . import connection_problems as connection_problems  # importing registers them
from . import login_problems as login_problems
