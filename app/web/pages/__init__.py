"""The HTML pages; each route parses, calls one use-case, and renders."""
