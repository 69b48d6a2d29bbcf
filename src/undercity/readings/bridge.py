"""The MQTT bridge 物联网桥: what a broker holds for us becomes readings; acknowledged only when it is stored.

Quality of service 1 and a session that outlives the connection: what a killed bridge had not acknowledged the broker
sends again, and what was stored already is then a duplicate. Topics: `<prefix>/<device>/<quantity>` with
`{"at": …, "value": …}`, or `<prefix>/<device>` with `{"readings": […]}`.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import paho.mqtt.client as mqtt
from django.db import DatabaseError, connection
from paho.mqtt.enums import CallbackAPIVersion

from undercity import clock
from undercity.notices.actions import beat
from undercity.notices.models import BRIDGE
from undercity.readings.actions.taking import take
from undercity.readings.rules import Said
from undercity.readings.states import Door, Result

log = logging.getLogger("undercity.readings.bridge")
# One transaction takes so many messages, or whatever came in the blink after the first.
AT_ONCE = 500
BLINK_SECONDS = 0.02
# More than that is not held in memory: the line is read no further, and the broker keeps the rest.
MOST_WAITING = 20 * AT_ONCE
TRY_AGAIN_SECONDS = 2.0
KEEPALIVE_SECONDS = 30
# So often the bridge says that it is alive, if it hears its broker.
BEAT_SECONDS = 60.0
PAYLOAD_MAX = 256 * 1024


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and as whom we speak to it. `ca`: a file of certificates; "" for the system's own."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    ca: str
    prefix: str
    name: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message not yet acknowledged. `session`: the connection it came by; its number means nothing in another."""

    session: int
    number: int
    topic: str
    payload: bytes


class Bridge:
    """One connection to one broker. `run()` returns when `stop` is set."""

    def __init__(self, broker: Broker, stop: threading.Event):
        self.broker, self.stop = broker, stop
        self.waiting: queue.Queue[Message] = queue.Queue(MOST_WAITING)
        self.session = 0
        self.beats_at = 0.0
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=broker.name, clean_session=False,
                                  manual_ack=True, reconnect_on_failure=True)
        self.client.reconnect_delay_set(1, 30)
        if broker.user:
            self.client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self.client.tls_set(ca_certs=broker.ca or None)
        self.client.on_connect = self._connected
        self.client.on_subscribe = self._subscribed
        self.client.on_disconnect = self._disconnected
        self.client.on_message = self._came

    def _connected(self, client: mqtt.Client, _given: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            log.error("the broker refused the connection", extra={"why": str(code)})
            return
        self.session += 1
        client.subscribe([(f"{self.broker.prefix}/+", 1), (f"{self.broker.prefix}/+/+", 1)])

    def _subscribed(self, _client: mqtt.Client, _given: Any, _number: int, _codes: Any, _more: Any) -> None:
        log.info("taking readings", extra={"broker": self.broker.host, "prefix": self.broker.prefix})

    def _disconnected(self, _client: mqtt.Client, _given: Any, _flags: Any, code: Any, _more: Any) -> None:
        if not self.stop.is_set():
            log.warning("the connection is gone; trying again", extra={"why": str(code)})

    def _came(self, _client: mqtt.Client, _given: Any, message: mqtt.MQTTMessage) -> None:
        kept = Message(self.session, message.mid if message.qos else 0, message.topic, bytes(message.payload))
        while not self.stop.is_set():
            try:
                self.waiting.put(kept, timeout=1.0)
            except queue.Full:
                continue
            return

    def run(self) -> None:
        """Connect, and take what comes until told to stop. OSError when the broker cannot be reached at the start."""
        self.client.connect(self.broker.host, self.broker.port, keepalive=KEEPALIVE_SECONDS)
        self.client.loop_start()
        try:
            while not self.stop.is_set():
                self._beat()
                if batch := self._batch():
                    self._take(batch)
        finally:
            self.client.disconnect()
            self.client.loop_stop()

    def _beat(self) -> None:
        """Say once a minute that the bridge stands, and not while its broker is away."""
        if perf_counter() < self.beats_at or not self.client.is_connected():
            return
        self.beats_at = perf_counter() + BEAT_SECONDS
        try:
            beat(f"{BRIDGE}{self.broker.name}"[:60])
        except DatabaseError:
            connection.close()

    def _batch(self) -> list[Message]:
        """What has come: at least one, at most so many; empty after a second of silence."""
        try:
            batch = [self.waiting.get(timeout=1.0)]
        except queue.Empty:
            return []
        until = perf_counter() + BLINK_SECONDS
        while len(batch) < AT_ONCE and (left := until - perf_counter()) > 0:
            try:
                batch.append(self.waiting.get(timeout=left))
            except queue.Empty:
                break
        return batch

    def _take(self, batch: Sequence[Message]) -> None:
        """Store, then acknowledge. A database that does not answer is waited for; the broker keeps the rest."""
        given = [one for message in batch for one in said_in(message.topic, message.payload, self.broker.prefix)]
        while not self.stop.is_set():
            try:
                answers = take(given, door=Door.MQTT, at=clock.now())
            except DatabaseError:
                log.exception("the database did not answer; trying again")
                connection.close()
                self.stop.wait(TRY_AGAIN_SECONDS)
                continue
            for message in batch:
                # After a new connection the broker sends it again under another number.
                if message.number and message.session == self.session:
                    self.client.ack(message.number, 1)
            refused = sum(answer.result is Result.REFUSED for answer in answers)
            if refused:
                log.info("readings kept apart", extra={"count": refused, "of": len(answers)})
            return


def said_in(topic: str, payload: bytes, prefix: str) -> list[Said]:
    """The readings of a message. What cannot be read is one reading nobody can read: it will be kept apart."""
    device, _slash, quantity = topic.removeprefix(f"{prefix}/").partition("/")
    try:
        if len(payload) > PAYLOAD_MAX:
            raise ValueError("too long")
        given = json.loads(payload)
    except (ValueError, RecursionError):
        return [Said(device, quantity, None, payload[:200].decode("utf-8", "replace"))]
    many = given.get("readings") if isinstance(given, dict) and not quantity else None
    rows = many if isinstance(many, list) else given if isinstance(given, list) else [given]
    return [_one(device, quantity, one) for one in rows]


def _one(device: str, quantity: str, one: Any) -> Said:
    if not isinstance(one, dict):
        return Said(device, quantity, None, one)
    return Said(device, quantity or one.get("quantity"), one.get("at"), one.get("value"), one.get("key"))
