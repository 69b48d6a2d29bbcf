"""Every environment variable the system knows, declared once, typed, refused loudly."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from undercity import clock

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parents[1] if (PACKAGE.parents[1] / "pyproject.toml").exists() else Path.cwd()
FILE_NAME = "undercity.env"


class Environment(BaseSettings):
    """Settings of one deployment. Read from the environment, then from `undercity.env` in the state folder."""

    model_config = SettingsConfigDict(env_prefix="UNDERCITY_", extra="ignore", env_file_encoding="utf-8")

    var: Path = Field(CHECKOUT / "var", description="Folder of all state: database, photos, secret, logs.")
    secret_key: str = Field("", description="Signs sessions and links. "
                            "Written by `undercity setup`; at least 32 characters.")
    database_url: str = Field("", description="Database address; empty means SQLite in the state folder. "
                              "PostgreSQL: postgresql://user:password@host:5432/name")
    clock: str = Field("", description="Offset clock of the sample city: "
                       "<moment in the city>@<real moment>. Empty: real time.")
    demo: bool = Field(False, description="Demonstration mode: sample accounts may sign in, nothing is sent outside.")
    debug: bool = Field(False, description="Show tracebacks in pages. For developers only.")
    hosts: str = Field("127.0.0.1,localhost,[::1]", description="Names this site answers to, separated by commas.")
    origins: str = Field("", description="Addresses with https:// from which forms are accepted "
                         "behind a proxy, separated by commas.")
    https: bool = Field(False, description="The site is served over HTTPS only: cookies are marked secure, "
                        "HSTS is sent.")
    works: bool = Field(True, description="Install the internal side of works; "
                        "false leaves its tables and addresses out.")
    tiles: str = Field("", description="Address of a tile server for maps ({z}/{x}/{y}); "
                       "empty: our own schematic drawing only.")
    tiles_credit: str = Field("", description="Credit line of the tile server.")
    map_licence: str = Field("", description="Licence number of the map 审图号, shown beside it.")
    footer_host: str = Field("", description="Who runs this site 主办单位, shown in the footer.")
    footer_icp: str = Field("", description="ICP record 备案号, shown in the footer.")
    footer_police: str = Field("", description="Record with the public security 公安备案号, shown in the footer.")
    footer_code: str = Field("", description="Government site code 网站标识码, shown in the footer.")
    processes: int = Field(0, ge=0, le=64, description="Server processes; 0 means 1 on SQLite and 2 on PostgreSQL.")
    threads: int = Field(8, ge=1, le=64, description="Threads of each server process.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    grid_tolerance_m2: float = Field(10, ge=0, le=1000, description="Gaps and overlaps of unit grids up to so many m² "
                                     "are no fault: edges of 100 m whose degrees were rounded to 0.1 m.")
    upload_mb: int = Field(12, ge=1, le=100, description="Largest photo accepted, in MB.")

    @field_validator("clock")
    @classmethod
    def _clock_is_readable(cls, value: str) -> str:
        clock.parse_offset(value)
        return value

    @field_validator("log_level")
    @classmethod
    def _level_is_known(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var / 'undercity.sqlite3'}"


def state_folder() -> Path:
    """The folder of all state, as told by UNDERCITY_VAR or `var/` of the checkout."""
    return Path(os.environ.get("UNDERCITY_VAR") or CHECKOUT / "var").absolute()


@cache
def environment() -> Environment:
    """The settings of this process. A wrong one ends the process with one line that names it."""
    folder = state_folder()
    try:
        return Environment(_env_file=folder / FILE_NAME, var=folder)  # type: ignore[call-arg]
    except ValidationError as error:
        for fault in error.errors():
            name = "UNDERCITY_" + "_".join(str(part) for part in fault["loc"]).upper()
            print(f"{name}: {fault['msg']}", file=sys.stderr)
        raise SystemExit(2) from error


def remember(**values: str) -> None:
    """Write settings into `undercity.env` of the state folder, keeping the others."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    kept: dict[str, str] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, separator, value = line.partition("=")
            if separator and not line.startswith("#"):
                kept[name] = value
    kept.update({f"UNDERCITY_{name.upper()}": value for name, value in values.items()})
    text = "# Written by `undercity setup`; keep it secret.\n" + "".join(f"{k}={v}\n" for k, v in kept.items())
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    environment.cache_clear()
