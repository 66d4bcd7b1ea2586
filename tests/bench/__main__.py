"""Runs every benchmark and prints one line for each: what, how much, against what, verdict.

Ends with 1 where a limit was passed. Those of messages and connections talk to a real Dovecot on
loopback, through a link with the round trip and the rate that the line says.
"""

import asyncio
import sys

from tests.support.dovecot import Dovecot

from . import clicks, download, headers, listing, parts, sanitise, structure, weight


async def main() -> int:
    """Runs them all; returns how many limits were passed."""
    missed = 0
    with Dovecot() as server:
        for bench in (headers, clicks, download, parts, structure, sanitise, listing, weight):
            for result in await bench.run(server):
                print(result, flush=True)
                missed += not result.held
    print("all limits held" if not missed else f"{missed} limits passed")
    return missed


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main()) else 0)
