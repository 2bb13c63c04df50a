"""An answer's words as they are said."""
