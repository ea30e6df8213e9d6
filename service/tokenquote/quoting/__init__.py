"""A plan to a quote: amounts counted, requests replayed, caches used, prices applied."""
