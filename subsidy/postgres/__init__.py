"""A private PostgreSQL for machines that have none: found or unpacked, started on first use, stopped by its last user.

Production names its own server in DATABASE_URL and never comes here. Imports no app of the project.
"""

from __future__ import annotations

from subsidy.postgres.errors import PostgresError
from subsidy.postgres.place import data_dir
from subsidy.postgres.server import Address, EmbeddedServer, embedded_server

__all__ = ["Address", "EmbeddedServer", "PostgresError", "data_dir", "embedded_server"]
