"""The upkeep of the catalog: what others publish beside it, proposals, what changed, and how old it is."""
