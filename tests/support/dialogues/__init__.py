"""What servers say that cannot be run here; ``tests/support/replay.py`` plays it."""
