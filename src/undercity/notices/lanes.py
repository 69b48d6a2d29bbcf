"""Lanes 通道: the threads of one channel, which only send. A lane that hangs holds up nobody else's.

Letters to one address leave one after another, in their order. A lane whose service does not answer is shut for a
while, and opened again by a single letter. Threads know neither the database nor the clock of a city.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from undercity.notices.doors import Undelivered
from undercity.notices.letters import Letter
from undercity.notices.states import Channel

T = TypeVar("T")
# So many letters of a channel are on their way at once.
WORKERS = {Channel.SMS: 32, Channel.EMAIL: 8}
OTHERS = 6
# Shut after so many failures one after another; for so many seconds, each time twice as long.
MOST_FAILURES = 6
FIRST_SHUT, LONGEST_SHUT = 4.0, 60.0
# A thread that takes so long is given up: the letter counts as failed, and another thread takes its place.
LONGEST = 40.0

Answer = str | Undelivered
Send = Callable[[Letter], Answer]


def lane_of(letter: Letter) -> str:
    """The lane of a letter: its channel; own receivers have one for each host."""
    return f"webhook {urlsplit(letter.to).hostname}" if letter.channel is Channel.WEBHOOK else letter.channel.value


@dataclass
class Sending(Generic[T]):
    """A letter on its way, and what it belongs to."""

    letter: Letter
    what: T
    began: float = 0.0


@dataclass
class Lane(Generic[T]):
    """One lane. `answers` is shared by all lanes: (lane, sending, answer)."""

    name: str
    workers: int
    send: Send
    answers: SimpleQueue[tuple[Lane[T], Sending[T], Answer]]
    inbox: SimpleQueue[Sending[T] | None] = field(default_factory=SimpleQueue)
    waiting: deque[Sending[T]] = field(default_factory=deque)
    behind: dict[str, deque[Sending[T]]] = field(default_factory=lambda: defaultdict(deque))
    going: dict[int, Sending[T]] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    threads: int = 0
    failures: int = 0
    times_shut: int = 0
    shut_until: float = 0.0

    def take(self, letter: Letter, what: T) -> None:
        """Queue a letter behind others to the same address."""
        sending = Sending(letter, what)
        if letter.to in self.busy:
            self.behind[letter.to].append(sending)
        else:
            self.busy.add(letter.to)
            self.waiting.append(sending)

    def go(self) -> None:
        """Hand over as many as the lane carries; one only while it is being tried again."""
        room = (1 if self.failures >= MOST_FAILURES else self.workers) - len(self.going)
        while room > 0 and self.waiting and not self.is_shut():
            sending = self.waiting.popleft()
            sending.began = perf_counter()
            self.going[id(sending)] = sending
            if self.threads < min(self.workers, len(self.going)):
                self.threads += 1
                threading.Thread(target=self._work, args=(self.inbox,), name=f"lane {self.name}", daemon=True).start()
            self.inbox.put(sending)
            room -= 1

    def is_shut(self) -> bool:
        """Is it waited until its service answers again?"""
        return perf_counter() < self.shut_until

    def seconds_shut(self) -> float:
        """How long it stays shut."""
        return max(self.shut_until - perf_counter(), 0.0)

    def ended(self, sending: Sending[T], answer: Answer) -> bool:
        """Note an answer; False when this sending was given up before."""
        if self.going.pop(id(sending), None) is None:
            return False
        if isinstance(answer, Undelivered) and answer.down:
            self.failures += 1
            # Those that were on their way together fail together, and shut it once.
            if self.failures >= MOST_FAILURES and not self.is_shut():
                self.shut_until = perf_counter() + min(FIRST_SHUT * 2 ** self.times_shut, LONGEST_SHUT)
                self.times_shut = min(self.times_shut + 1, 10)
        else:
            self.failures, self.times_shut, self.shut_until = 0, 0, 0.0
        self._next(sending.letter.to)
        return True

    def _next(self, to: str) -> None:
        if to in self.behind:
            self.waiting.append(self.behind[to].popleft())
            if not self.behind[to]:
                del self.behind[to]
        else:
            self.busy.discard(to)

    def given_up(self) -> list[Sending[T]]:
        """Sendings that hang: whoever sends them is left to himself, and other threads go on."""
        late = [sending for sending in self.going.values() if perf_counter() - sending.began > LONGEST]
        if late:
            for _ in range(self.threads):
                self.inbox.put(None)
            self.inbox, self.threads = SimpleQueue(), 0
        return late

    def emptied(self) -> list[Sending[T]]:
        """Everything that has not left, taken out again."""
        out = [*self.waiting, *(sending for queue in self.behind.values() for sending in queue)]
        self.waiting.clear()
        self.behind.clear()
        self.busy = {sending.letter.to for sending in self.going.values()}
        return out

    def close(self) -> None:
        """Let the threads end when they have sent what they have."""
        for _ in range(self.threads):
            self.inbox.put(None)
        self.threads = 0

    def _work(self, inbox: SimpleQueue[Sending[T] | None]) -> None:
        while (sending := inbox.get()) is not None:
            try:
                answer: Answer = self.send(sending.letter)
            except Exception as mistake:  # noqa: BLE001  # a letter nobody can send must not take the lane with it
                answer = Undelivered(type(mistake).__name__)
            self.answers.put((self, sending, answer))


def drained(answers: SimpleQueue[T], seconds: float, most: int) -> list[T]:
    """What has come in: waits for the first, takes up to `most`."""
    found: list[T] = []
    try:
        found.append(answers.get(timeout=seconds))
        while len(found) < most:
            found.append(answers.get_nowait())
    except Empty:
        pass
    return found
