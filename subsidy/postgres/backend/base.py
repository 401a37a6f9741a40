"""Django's PostgreSQL backend on the embedded server: the server starts with the first connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from subsidy.postgres.server import embedded_server


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, with the address of the embedded server, which is held until this process ends."""
        address = embedded_server(Path(self.settings_dict["EMBEDDED_IN"])).acquire()
        self.settings_dict.update(HOST=str(address.socket_dir), PORT=str(address.port), USER=address.user)
        return super().get_connection_params()
