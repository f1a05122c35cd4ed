"""The demo fleet: small made-up repositories with histories, built on the user's disk from package data.

``fleet/NAME.history`` is one repository as readable text (see :mod:`scanner.demo.history`), ``muster.toml`` the fleet's
configuration. Names, people and addresses are made up; nothing in it is run or asked over the network. The locks were
written by the real tools (Poetry 1.8 and 2.5, PDM 2.26, Pipenv 2026.10, pip-tools 7, uv 0.13) over an index of stubs,
those of Rye and Pixi by hand after them: whoever edits a manifest has to lock anew, and the tests notice.
"""

from __future__ import annotations
