"""The store: every run with everything that it saw, in a SQLite file or a database that a team shares."""

from __future__ import annotations

from scanner.store.rows import Prepared, prepare
from scanner.store.store import Analysis, Store, StoreError, open_store

__all__ = ["Analysis", "Prepared", "Store", "StoreError", "open_store", "prepare"]
