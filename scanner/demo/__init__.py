"""The demo fleet: small made-up repositories with histories, built on the user's disk from package data.

``fleet/NAME.history`` is one repository as readable text (see :mod:`scanner.demo.history`), ``muster.toml`` the fleet's
configuration. Names, people and addresses are made up; nothing in it is run or asked over the network.
"""

from __future__ import annotations
