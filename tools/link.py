"""Make the package and its command known to the .venv this runs in: no build, no network, and the checkout may move."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
# The shell starts the Python beside the script, wherever the folder lies and whatever its name holds.
COMMAND = """\
#!/bin/sh
'''exec' "$(dirname "$(readlink -f "$0")")/python" "$0" "$@"
' '''
import sys

from undercity.site.cli import main

sys.exit(main())
"""


def main() -> None:
    """Write the path file and the command."""
    if sys.prefix == sys.base_prefix:
        raise SystemExit("tools/link.py: run it with .venv/bin/python")
    packages = Path(sysconfig.get_path("purelib")).resolve()
    (packages / "undercity.pth").write_text(os.path.relpath(SOURCE, packages) + "\n", encoding="utf-8")
    command = Path(sys.prefix) / "bin" / "undercity"
    fresh = command.with_suffix(".new")
    fresh.write_text(COMMAND, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(command)


if __name__ == "__main__":
    main()
