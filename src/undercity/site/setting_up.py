"""First steps on a fresh machine: the state folder and its secret."""

from __future__ import annotations

import secrets

from undercity.site.environment import environment, remember


def prepare_state_folder() -> None:
    """Make the state folder with a secret of its own; a folder that has one is left as it is."""
    if not environment().secret_key:
        remember(secret_key=secrets.token_urlsafe(48), demo="true")
