"""Dockerfiles by BuildKit's rules: read with the place of every word, edited without touching anything else."""
