"""Muster's eyes: repositories in, facts and an inventory out."""

__version__ = "0.1.0"
