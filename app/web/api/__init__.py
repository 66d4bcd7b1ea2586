"""The JSON API: routes, events and its reference, over the use-cases of the pages."""
