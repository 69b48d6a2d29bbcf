"""Surroundings of every test: the settings of a demonstration deployment, a real database, a real browser.

The variables are set before Django is loaded, which pytest-django does after reading this file.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from hypothesis import HealthCheck, settings as hypothesis_settings

from tests import databases
from tests.broker import Broker, started
from tests.server import Deployments, Server
from tools.postgres import PostgresMissing, throw_away

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from playwright.sync_api import Browser, BrowserContext, Page

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
# The room of works left out, as a deployment may: every test that does not need it passes all the same.
WITHOUT_WORKS = os.environ.get("UNDERCITY_TEST_WORKS", "").lower() == "false"
DEEP = os.environ.get("UNDERCITY_DEEP", "") not in {"", "0"}
# "faces": only those marked so; "browsers": the others with a browser; "rest": those without; empty: all. See
# tools/suites.py.
PART = os.environ.get("UNDERCITY_TEST_PART", "")
SETTINGS = {"UNDERCITY_SECRET_KEY": "a-key-for-tests-only-nothing-real-is-signed-with-it", "UNDERCITY_DEMO": "true"}
MOSQUITTO_CURE = "Mosquitto is missing. Cure: apt-get install -y --no-install-recommends mosquitto"
OGR_CURE = "ogr2ogr is missing. Cure: apt-get install -y gdal-bin"
CHROMIUM_CURE = "Chromium is missing. Cure: apt-get install -y chromium fonts-noto-cjk"

_surroundings = ExitStack()
atexit.register(_surroundings.close)


def _prepare() -> tuple[Path, databases.Databases]:
    """The state folder and the databases of this run."""
    folder = Path(tempfile.mkdtemp(prefix="undercity-tests-"))
    _surroundings.callback(shutil.rmtree, folder, ignore_errors=True)
    home: databases.Databases
    if databases.kind() == "postgresql":
        try:
            server = _surroundings.enter_context(throw_away(fast=True, connections=200))
        except PostgresMissing as missing:
            raise pytest.UsageError(str(missing)) from missing
        home, url = databases.PostgresDatabases(server.address("postgres")), server.url
    else:
        home, url = databases.SqliteFiles(folder), f"sqlite:///{folder / 'undercity.sqlite3'}"
    for name in [name for name in os.environ if name.startswith("UNDERCITY_") and name not in OWN]:
        del os.environ[name]
    if WITHOUT_WORKS:
        SETTINGS["UNDERCITY_WORKS"] = "false"
    os.environ.update(SETTINGS, UNDERCITY_VAR=str(folder), UNDERCITY_DATABASE_URL=url, UNDERCITY_LOG_LEVEL="ERROR",
                      DJANGO_SETTINGS_MODULE="undercity.site.settings")
    return folder, home


def _set_up() -> None:
    """What `undercity setup` does for a deployment, but for its database."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def _compile_words() -> None:
    # Django reads its words once, while it is set up.
    from undercity.site.words import compile_words

    compile_words()


OWN = {"UNDERCITY_TEST_DATABASE", "UNDERCITY_TEST_PART", "UNDERCITY_TEST_WORKS", "UNDERCITY_DEEP"}
FOLDER, DATABASES = _prepare()
# pytest-django sets Django up only when somebody has imported it, or read the settings before this file was.
_compile_words()
django.setup()
_set_up()

# A slow machine is no fault of the code under test: pytest-timeout bounds the whole test instead.
for _name, _examples in (("short", 60), ("deep", 2000)):
    hypothesis_settings.register_profile(_name, max_examples=_examples, deadline=None, database=None,
                                         derandomize=IN_CI, print_blob=True,
                                         suppress_health_check=[HealthCheck.too_slow,
                                                                HealthCheck.function_scoped_fixture])
hypothesis_settings.load_profile("deep" if DEEP else "short")


# Whatever asks for none of these, itself or through others, knows no database.
DATABASE_FIXTURES = {"db", "committed_db", "django_db_setup", "deployments"}

# --- which tests run ------------------------------------------------------------------------------------------------

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What may not be combined is said before anything runs; what knows no database runs once; browsers come last."""
    kept, elsewhere, last = [], [], []
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        mark = item.get_closest_marker("django_db")
        if (mark and mark.kwargs.get("transaction")) or "transactional_db" in fixtures:
            raise pytest.UsageError(f"{item.nodeid}: the record refuses a flush; use the fixture committed_db")
        if "committed_db" in fixtures and (mark or "db" in fixtures):
            raise pytest.UsageError(f"{item.nodeid}: committed_db and db exclude each other")
        if "browser" in fixtures and (mark or fixtures & {"db", "committed_db"}):
            raise pytest.UsageError(f"{item.nodeid}: a browser looks at a served deployment (fixture server), "
                                    "whose database is not the one of db or committed_db")
        once = item.get_closest_marker("once")
        other = databases.kind() != (once.args or ("sqlite",))[0] if once else (
            databases.kind() != "sqlite" and not mark and not fixtures & DATABASE_FIXTURES)
        # Browsers wait most of the time: `make test` runs those of SQLite in processes of their own.
        part = "faces" if item.get_closest_marker("faces") else "browsers" if "browser" in fixtures else "rest"
        parted = PART and part != PART
        if other or parted or (WITHOUT_WORKS and item.get_closest_marker("works")):
            elsewhere.append(item)
        else:
            (last if "browser" in fixtures else kept).append(item)
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
    items[:] = kept + last


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and exitstatus == 0 and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("CI=true and tests were skipped: that is a failed run.", red=True)


def pytest_report_header() -> str:
    left_out = ", without works" if WITHOUT_WORKS else ""
    return f"undercity: database {databases.kind()}, {'deep' if DEEP else 'short'} proofs{left_out}"


def _absent(what: str) -> None:
    """Something the test needs is not on this machine: skipped at a desk, failed in CI."""
    (pytest.fail if IN_CI else pytest.skip)(what)


@pytest.fixture(scope="session")
def rounds() -> Callable[[int, int], int]:
    """`rounds(20, 200)`: how often to repeat a proof, in short form and in full (make deep)."""
    return lambda short, full: full if DEEP else short


# --- databases ------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The SQLite test database is a file: one in memory knows neither WAL nor locks."""
    from django.db import connections

    if databases.kind() == "sqlite":
        connections["default"].settings_dict["TEST"]["NAME"] = str(FOLDER / "tests.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_modify_db_settings: None,
                    django_db_blocker: Any) -> Iterator[str]:
    """The migrated database of tests that roll back. Gives the name of a copy nobody works on, the source of others.

    pytest-django's own makes a database only when a test with `db` was chosen, and committed_db needs one too.
    """
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=set())
        connection = connections["default"]
        connection.close()
        template = DATABASES.name("migrated")
        DATABASES.copy(str(connection.settings_dict["NAME"]), template)
    yield template
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def city_connection(django_db_setup: str, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a copy of the migrated database in which the sample city's foundations stand, loaded once."""
    from django.db import connections
    from django.test import override_settings

    from tests.city import EVENING, forgotten
    from undercity import clock
    from undercity.city.actions.loading import load_foundations

    name = DATABASES.name("city")
    DATABASES.copy(django_db_setup, name)
    before = connections["default"]
    own = before.copy()
    own.settings_dict = {**own.settings_dict, "NAME": name}
    with (django_db_blocker.unblock(), forgotten(), clock.standing_at(EVENING),
          override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])):
        connections["default"] = own
        try:
            load_foundations(lambda words: None)
        finally:
            connections["default"] = before
    yield own
    with django_db_blocker.unblock():
        own.close()
    DATABASES.drop(name)


@pytest.fixture(autouse=True)
def _words_of_the_city() -> Iterator[None]:
    """A page answered to an English browser leaves its language behind in this thread."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture
def committed_db(django_db_setup: str, django_db_blocker: Any) -> Iterator[str]:
    """A private copy of the migrated database in which the test may commit, from many threads; its address.

    Threads close their own connections when they are done (`connection.close()`).
    """
    name = DATABASES.name("committed")
    DATABASES.copy(django_db_setup, name)
    try:
        with django_db_blocker.unblock(), databases.pointed_at(name):
            yield DATABASES.url(name)
    finally:
        DATABASES.drop(name)


# --- a real server --------------------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def deployments(tmp_path_factory: pytest.TempPathFactory) -> Deployments:
    """Makes deployments with a state folder and database of their own: `with deployments.server(city=True) as s`."""
    return Deployments(tmp_path_factory.mktemp("deployments"), DATABASES, SETTINGS)


@pytest.fixture
def server(deployments: Deployments) -> Iterator[Callable[..., Server]]:
    """`server(city=True, with_worker=True)` serves a deployment of its own until the test ends."""
    with ExitStack() as stack:
        yield lambda **wishes: stack.enter_context(deployments.server(**wishes))


@pytest.fixture(scope="session")
def city_server(deployments: Deployments) -> Iterator[Server]:
    """One served sample city for tests that only add to it."""
    with deployments.server(city=True, with_worker=True) as served:
        yield served


# --- others' programs -----------------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def ogr2ogr() -> str:
    """Where GDAL's `ogr2ogr` lies."""
    program = shutil.which("ogr2ogr")
    if program is None:
        _absent(OGR_CURE)
    assert program is not None
    return program


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Debian's Mosquitto on a free port of loopback, keeping what it holds on disk; ended afterwards."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        _absent(MOSQUITTO_CURE)
    with started(Path(program), tmp_path) as running:
        yield running


# --- a real browser -------------------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    from django.db import connections
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        _absent(CHROMIUM_CURE)
    # Playwright keeps an event loop in this thread, where Django finds other connections than before it.
    connections.close_all()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[
            "--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"])
        yield launched
        launched.close()


@pytest.fixture
def context_of(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """`context_of(locale="en", …)`: a browser profile of its own; Chinese unless told otherwise."""
    made: list[BrowserContext] = []

    def make(**wishes: Any) -> BrowserContext:
        made.append(browser.new_context(**{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **wishes}))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def phone_page(context_of: Callable[..., BrowserContext]) -> Page:
    """A page on a phone: narrow, with touch."""
    return context_of(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True,
                      has_touch=True).new_page()


@pytest.fixture
def desk_page(context_of: Callable[..., BrowserContext]) -> Page:
    """A page on an officer's desk."""
    return context_of(viewport={"width": 1366, "height": 900}).new_page()
