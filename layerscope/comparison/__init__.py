"""Two analyses side by side, aligned by purpose; the gap between them explained to the last byte."""
