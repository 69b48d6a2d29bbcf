"""Every environment variable the system knows, declared once, typed, refused loudly."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

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
    open311_keys: str = Field("", description="API keys for departments' own Open311 servers: "
                              "department=key, separated by commas. They win over those stored with the server.")
    address: str = Field("", description="Address of this site in messages, for example https://city.example.cn; "
                         "empty: the first of UNDERCITY_ORIGINS.")
    mail: str = Field("", description="Mail server for messages to citizens: smtp://user:password@host:587 (STARTTLS "
                      "when it signs in) or smtps://…:465. Empty: no e-mail; a demonstration writes them to files.")
    mail_from: str = Field("undercity@localhost", description="Sender of e-mails.")
    sms: str = Field("", description="Address of a text-message gateway that takes a POST of {to, text, id} as JSON, "
                     "or an address of apprise with {to} in it. Empty: no text messages.")
    sms_key: str = Field("", description="Bearer key sent to the gateway.")
    robots: str = Field("", description="Robots of group chats that messages may go to: wecom, dingtalk, feishu, "
                        "separated by commas; wecom=https://host for a server of one's own. Empty: none.")
    webhooks: str = Field("", description="Hosts of receivers of one's own that messages may go to, by commas.")
    notice_terms: str = Field("", description="File of dated terms of notices; empty: the shipped one.")
    blur: str = Field("", description="Callable (package.module:name) that gets each uploaded picture as a Pillow "
                      "image and returns it with faces and number plates blurred. Empty: pictures stay as they are.")
    grid_tolerance_m2: float = Field(10, ge=0, le=1000, description="Gaps and overlaps of unit grids up to so many m² "
                                     "are no fault: edges of 100 m whose degrees were rounded to 0.1 m.")
    mqtt: str = Field("", description="Broker of the instruments: mqtt://user:password@host:1883, or mqtts://…:8883 "
                      "with TLS. Empty: no bridge.")
    mqtt_ca: str = Field("", description="File of certificates that vouch for the broker; empty: the system's own.")
    mqtt_prefix: str = Field("undercity/readings", description="Beginning of the topics readings come under.")
    mqtt_name: str = Field("undercity", description="Name of the bridge at the broker; its session hangs on it.")
    warnings: str = Field("", description="Folder into which another program drops warnings as CAP files (*.xml); each "
                          "is moved to done/ or refused/ below it. Empty: no folder is read.")
    routing: str = Field("", description="Routing engine for minutes on the road: the address of an OSRM, or of a "
                         "Valhalla ending in /sources_to_targets. Empty: a speed model.")
    upload_mb: int = Field(12, ge=1, le=100, description="Largest photo accepted, in MB.")

    @field_validator("clock")
    @classmethod
    def _clock_is_readable(cls, value: str) -> str:
        clock.parse_offset(value)
        return value

    @field_validator("mail")
    @classmethod
    def _mail_is_readable(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"smtp", "smtps"} or not urlsplit(value).hostname):
            raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host:465")
        return value

    @field_validator("mqtt")
    @classmethod
    def _broker_is_readable(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"mqtt", "mqtts"} or not urlsplit(value).hostname):
            raise ValueError("must be mqtt://user:password@host:1883 or mqtts://user:password@host:8883")
        return value

    @field_validator("mqtt_prefix")
    @classmethod
    def _prefix_is_plain(cls, value: str) -> str:
        if not value.strip("/") or any(sign in value for sign in "+#\0"):
            raise ValueError("must be a topic without + and #, for example undercity/readings")
        return value.strip("/")

    @field_validator("sms")
    @classmethod
    def _gateway_is_readable(cls, value: str) -> str:
        if not value or "{to}" in value:
            return value
        return cls._address_is_readable(value)

    @field_validator("robots")
    @classmethod
    def _robots_are_known(cls, value: str) -> str:
        for one in value.split(","):
            name, sign, base = one.strip().partition("=")
            if one.strip() and (name not in {"wecom", "dingtalk", "feishu"} or (sign and not base.startswith("http"))):
                raise ValueError("must be wecom, dingtalk or feishu, separated by commas; wecom=https://host for one's "
                                 "own server")
        return value

    @field_validator("notice_terms")
    @classmethod
    def _terms_are_there(cls, value: str) -> str:
        if value and not Path(value).is_file():
            raise ValueError("there is no such file")
        return value

    @field_validator("address", "routing")
    @classmethod
    def _address_is_readable(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be an address with http:// or https://")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _level_is_known(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("open311_keys")
    @classmethod
    def _keys_are_pairs(cls, value: str) -> str:
        if any(not all(part.strip() for part in one.partition("=")) for one in value.split(",") if one.strip()):
            raise ValueError("must be department=key, separated by commas")
        return value

    @property
    def keys_outside(self) -> dict[str, str]:
        """Department → the key its own server gave us."""
        pairs = (one.partition("=") for one in self.open311_keys.split(",") if one.strip())
        return {department.strip(): key.strip() for department, _sign, key in pairs}

    @property
    def group_robots(self) -> dict[str, str]:
        """Kind of robot → the server it lives on; "" for its maker's own."""
        pairs = (one.strip().partition("=") for one in self.robots.split(",") if one.strip())
        return {name: base.rstrip("/") for name, _sign, base in pairs}

    @property
    def mail_server(self) -> dict[str, Any]:
        """Django's settings of the mail server."""
        parts = urlsplit(self.mail)
        return {"EMAIL_HOST": parts.hostname or "localhost", "EMAIL_PORT": parts.port or (
                    465 if parts.scheme == "smtps" else 25),
                "EMAIL_HOST_USER": unquote(parts.username or ""), "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
                "EMAIL_USE_SSL": parts.scheme == "smtps",
                "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username)}

    @property
    def broker(self) -> dict[str, Any]:
        """How to reach the broker of the instruments; empty without one."""
        if not self.mqtt:
            return {}
        parts = urlsplit(self.mqtt)
        tls = parts.scheme == "mqtts"
        return {"host": parts.hostname or "", "port": parts.port or (8883 if tls else 1883),
                "user": unquote(parts.username or ""), "password": unquote(parts.password or ""), "tls": tls,
                "ca": self.mqtt_ca, "prefix": self.mqtt_prefix, "name": self.mqtt_name}

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
