"""A thousand readings a second through a real broker while the bridge is killed twice: none is lost, none doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.broker import Broker
from tests.server import COMMAND, Server

PER_SECOND, DEVICES = 1000, 25
CODES = ("temperature_in", "humidity", "occupancy", "co2")
PREFIX = "city/instruments"
READY_SECONDS = 120.0
MAKE = f"""
from undercity import clock
from undercity.org.queries import directory
from undercity.places.models import Place
from undercity.readings.actions.devices import quantities_of, register_device
place = Place.objects.get(key="cool-foshui")
for number in range({DEVICES}):
    register_device(by=None, at=clock.now(), key=f"load-{{number}}", place=place,
                    keeper=directory().by_key["jinan-cad-works"], quantities=quantities_of({CODES!r}))
print(int(clock.now().timestamp()))
"""
COUNT = """
import json
from django.db.models import Sum
from undercity.readings.models import Day, Hour, KeptApart, Reading, Series
mine = {pk: f"{key} {quantity}" for pk, key, quantity in Series.objects.filter(
    device__key__startswith="load-").values_list("pk", "device__key", "quantity")}
found = {}
for series, name in mine.items():
    rows = Reading.objects.filter(series_id=series)
    found[name] = [rows.count(), rows.aggregate(total=Sum("value"))["total"] or 0]
print(json.dumps({"series": found, "apart": KeptApart.objects.filter(device_said__startswith="load-").count(),
    "stray": KeptApart.objects.filter(device_said="nobody").count(),
    "hours": Hour.objects.filter(series__in=mine).aggregate(n=Sum("n"))["n"] or 0,
    "days": Day.objects.filter(series__in=mine).aggregate(n=Sum("n"))["n"] or 0}))
"""


class Bridge:
    """The bridge as its own process, which can be killed and started again; gone at the end of its block."""

    def __init__(self, served: Server):
        self.served, self.log = served, served.var / "bridge.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def start(self) -> None:
        """Start it, and come back when it listens."""
        before = self.log.read_text(encoding="utf-8").count("taking readings") if self.log.exists() else 0
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen([COMMAND, "readings", "bridge"], env=self.served.environment,
                                            stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        give_up = time.perf_counter() + READY_SECONDS
        while self.log.read_text(encoding="utf-8").count("taking readings") == before:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
            assert time.perf_counter() < give_up, "the bridge does not listen"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """End it politely; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(60)


@contextmanager
def sender(broker: Broker) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="instruments")
    client.username_pw_set(broker.user, broker.password)
    client.max_inflight_messages_set(2000)
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def send(client: mqtt.Client, begins: int, seconds: int) -> dict[str, list[int]]:
    """A thousand a second, at their pace; what was sent by series: how many, and their sum as it is stored."""
    sent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    started, last = time.perf_counter(), None
    for number in range(PER_SECOND * seconds):
        nth = number % (DEVICES * len(CODES))
        device, code = divmod(nth, len(CODES))
        moment = begins - 3000 + number // (DEVICES * len(CODES))
        stored = 400 + number * 7919 % 97
        last = client.publish(f"{PREFIX}/load-{device}/{CODES[code]}", json.dumps(
            {"at": moment, "value": stored / 10 if code < 2 else stored}), qos=1)
        said = sent[f"load-{device} {(1, 3, 4, 5)[code]}"]
        said[0], said[1] = said[0] + 1, said[1] + stored
        if number % 50 == 0:
            time.sleep(max(0.0, started + number / PER_SECOND - time.perf_counter()))
    assert last is not None
    last.wait_for_publish(60)
    return sent


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_none_is_lost_and_none_doubled_when_the_bridge_is_killed_twice(
        server: Callable[..., Server], broker: Broker, rounds: Callable[[int, int], int]) -> None:
    seconds = rounds(6, 60)
    served = server(city=True, start=False, mqtt=broker.address, mqtt_prefix=PREFIX, log_level="INFO")
    made = served.run("shell", "--no-imports", "-c", MAKE)
    assert made.returncode == 0, made.stderr
    sent: dict[str, list[int]] = {}
    with Bridge(served) as bridge, sender(broker) as client:
        client.publish(f"{PREFIX}/nobody/temperature_in", '{"at": 1784363400, "value": 20}', qos=1)
        client.publish(f"{PREFIX}/load-1/temperature_in", b"\xff\x00 no JSON", qos=1)
        load = threading.Thread(target=lambda: sent.update(send(client, int(made.stdout.split()[-1]), seconds)))
        load.start()
        for _ in range(2):
            time.sleep(seconds / 3)
            bridge.kill()
            bridge.start()
        load.join()
        told = waited_for(served, sum(count for count, _total in sent.values()), 60 + seconds)
        assert told["series"] == sent
        assert told["hours"] == told["days"] == PER_SECOND * seconds
        doctor = served.run("doctor")
        assert "W008" not in doctor.stdout + doctor.stderr
        # What cannot be read or belongs to nobody is there as well, once.
        assert (told["apart"], told["stray"]) == (1, 1)
        assert bridge.stop() == 0
        assert "Traceback" not in bridge.log.read_text(encoding="utf-8")


def waited_for(served: Server, wanted: int, seconds: float) -> dict[str, object]:
    """What is stored, as soon as it is as much as was sent; or what there is when the time is over."""
    give_up = time.perf_counter() + seconds
    while True:
        asked = served.run("shell", "--no-imports", "-c", COUNT)
        assert asked.returncode == 0, asked.stderr
        told = json.loads(asked.stdout.strip().splitlines()[-1])
        if told["hours"] >= wanted or time.perf_counter() > give_up:
            return dict(told)


@pytest.mark.once
@pytest.mark.timeout(600)
def test_a_bridge_without_a_broker_says_so_in_one_line(server: Callable[..., Server]) -> None:
    served = server(start=False)
    done = served.run("readings", "bridge")
    assert (done.returncode, "UNDERCITY_MQTT" in done.stderr) == (1, True)
    served = server(start=False, mqtt="mqtt://127.0.0.1:9")
    done = served.run("readings", "bridge")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "does not answer" in done.stderr


@pytest.mark.once
@pytest.mark.timeout(600)
def test_a_broker_that_cannot_be_read_is_refused_at_the_start(server: Callable[..., Server]) -> None:
    done = server(start=False, mqtt="http://somewhere").run("readings", "devices")
    assert done.returncode == 2
    assert done.stderr.startswith("UNDERCITY_MQTT")


def test_more_than_can_be_held_is_left_to_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    from undercity.readings import bridge

    monkeypatch.setattr(bridge, "MOST_WAITING", 2)
    stop, came = threading.Event(), []
    taking = bridge.Bridge(bridge.Broker("127.0.0.1", 1, "", "", False, "", "x", "test"), stop)

    def line() -> None:
        for number in range(1, 6):
            message = mqtt.MQTTMessage(number, b"x/a/co2")
            message.qos, message.payload = 1, b"{}"
            taking._came(taking.client, None, message)
            came.append(number)

    reading = threading.Thread(target=line)
    reading.start()
    give_up = time.perf_counter() + 10
    while len(came) < 2 and time.perf_counter() < give_up:
        time.sleep(0.01)
    assert came == [1, 2], "the third waits on the line"
    assert [one.number for one in (taking.waiting.get(), taking.waiting.get(), taking.waiting.get())] == [1, 2, 3]
    # Told to stop, it holds up nobody though the queue is full again.
    stop.set()
    reading.join(10)
    assert not reading.is_alive()


@pytest.mark.django_db
def test_the_doctor_misses_a_bridge_and_takes_none_for_a_worker(settings: Any) -> None:
    from undercity.notices.actions import beat
    from undercity.site.checks import somebody_works, the_bridge_stands

    def found(check: Callable[..., list[Any]]) -> list[str]:
        return [one.id for one in check(["default"])]

    assert found(the_bridge_stands) == [], "without a broker there is none to miss"
    settings.MQTT = {"host": "broker"}
    assert found(the_bridge_stands) == ["undercity.W008"]
    beat("bridge undercity")
    assert (found(the_bridge_stands), found(somebody_works)) == ([], ["undercity.W003"])
    beat("host:17")
    assert found(somebody_works) == []
