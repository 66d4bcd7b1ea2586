"""Where the space goes: groups beside the list, the treemap, and what would have to go."""
