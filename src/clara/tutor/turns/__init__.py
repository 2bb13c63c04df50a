"""A turn from its question to its stored answer."""
