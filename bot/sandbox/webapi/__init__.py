"""The Web API: one module a family, each ending in its table of methods."""
