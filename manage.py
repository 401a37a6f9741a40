#!/usr/bin/env python
from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
    from django.core.management import execute_from_command_line

    from subsidy.postgres import PostgresError

    if sys.argv[1:2] == ["demo"]:
        from subsidy.demo.serve import prepare

        # Settings are read once: the demo's secret and mode must lie in the data folder before.
        prepare()
    try:
        execute_from_command_line(sys.argv)
    except PostgresError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
