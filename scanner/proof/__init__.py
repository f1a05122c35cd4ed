"""Proofs: a patch tried in a scratch copy, locked by uv, and compared with the old lock package by package.

``prove.py`` is the door to the world here (with ``uv.py`` and ``scratch.py``); ``seed.py``, ``compare.py`` and
``installed.py`` are pure.
"""
