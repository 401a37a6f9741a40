"""Django's PostgreSQL backend on the embedded server: the server starts with the first connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from subsidy.postgres.server import embedded_server


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, with the address of the embedded server, which is held until this process ends.

        Without a folder (EMBEDDED_IN) the description names a server already, and this is Django's own backend.
        """
        folder = self.settings_dict.get("EMBEDDED_IN")
        if folder is not None:
            address = embedded_server(Path(folder)).acquire()
            self.settings_dict.update(HOST=str(address.socket_dir), PORT=str(address.port), USER=address.user)
        return super().get_connection_params()
