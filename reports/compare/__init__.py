"""The page that holds runs side by side."""
