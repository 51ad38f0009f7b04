"""Shell scripts: read (reader, syntax), gone through without running anything (machine), and what they start (follow)."""
