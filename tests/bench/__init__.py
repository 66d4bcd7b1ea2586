"""Benchmarks: ratios against a peer or a limit, in one run. `make bench`; never part of pytest."""
