"""Mermaid text, printed from typed nodes and edges: nobody but this package writes it."""
