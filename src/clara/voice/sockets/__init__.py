"""Connections, and the sessions that outlive them."""
