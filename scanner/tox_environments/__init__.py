"""tox configurations, wherever they stand: environments as tasks, and what each of them installs and runs.

``tox.ini`` and ``[tox:tox]`` of ``setup.cfg`` (:func:`from_ini`), ``legacy_tox_ini`` and the native TOML form
(:func:`from_toml`). After the tox 4 manual: generative names, factor conditions, substitutions that are literal.
``py`` can be asked for whether or not it is listed; the project is packaged where one lies beside the configuration. An
environment is its installer: ``deps``, ``extras`` and ``dependency_groups`` become ``pip install`` (``uv`` where tox-uv
is required) with the line of the setting, and tox-uv's lock runner becomes ``uv sync --locked``.

``settings`` reads lines, ``names``, ``conditions`` and ``filling`` are tox's own grammar, ``environment`` is one
environment and ``reading`` the whole file.
"""

from __future__ import annotations

from scanner.tox_environments.names import expand_names
from scanner.tox_environments.reading import ASKED_FOR, MAX_ENVIRONMENTS, ToxConfig, from_ini, from_toml

__all__ = ["ASKED_FOR", "MAX_ENVIRONMENTS", "ToxConfig", "expand_names", "from_ini", "from_toml"]
