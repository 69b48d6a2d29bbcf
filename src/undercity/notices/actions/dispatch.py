"""The dispatch 发送: claims, hands to the lanes, and writes what came of it, many at once.

All reading and writing is done by whoever calls; the lanes only send. So a slow channel delays no other, and no
transaction is open while something is sent: who dies between sending and noting it has it sent once more.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from queue import SimpleQueue
from time import perf_counter

from undercity import clock
from undercity.notices.actions.claiming import Outcome, claim, claimed, keep, note, try_now
from undercity.notices.doors import Undelivered
from undercity.notices.lanes import OTHERS, WORKERS, Answer, Lane, Sending, drained, lane_of
from undercity.notices.models import Notice
from undercity.notices.queries.planning import Parcel, parcels
from undercity.notices.states import Channel, Level

# How long one round of delivery may go on claiming, in seconds.
SLICE = 20.0
# Few, so that the first are on their way while the next are made ready.
AT_ONCE = 60
# So many notices one worker holds claimed; beyond it others take them.
MOST_HELD = 4000
# Answers are written together: after so many, or so many seconds.
TOGETHER, MOMENT = 200, 0.15
KEEP_EVERY = 10.0
ELSEWHERE = "this channel does not answer at present"


class Dispatch:
    """Lanes that live from round to round: a channel found shut stays known as shut."""

    def __init__(self) -> None:
        self.answers: SimpleQueue[tuple[Lane[Parcel], Sending[Parcel], Answer]] = SimpleQueue()
        self.lanes: dict[str, Lane[Parcel]] = {}
        self.held: dict[int, Notice] = {}
        self.kept_at = perf_counter()

    def round(self, *, limit: int = AT_ONCE, seconds: float = SLICE, stop: threading.Event | None = None) -> int:
        """Deliver what waits, for at most so many seconds and a send's own time-out; how many were delivered."""
        ends, delivered, more = perf_counter() + seconds, 0, True
        try:
            while True:
                over = perf_counter() > ends or (stop is not None and stop.is_set())
                hungry = more and not over and len(self.held) < MOST_HELD
                if hungry:
                    fresh = claim(limit)
                    more = bool(fresh)
                    delivered += self._take(parcels(claimed(fresh), clock.now()) if fresh else [])
                if over:
                    self._put_back()
                if not self.held:
                    if over or not more:
                        return delivered
                    continue
                for lane in list(self.lanes.values()):
                    delivered += self._shut(lane)
                    lane.go()
                delivered += self._harvest(0.01 if hungry and more else MOMENT)
                self._keep()
                # What was put in while others were on their way need not wait for them.
                more = True
        finally:
            if stop is None:
                self.close()

    def close(self) -> None:
        """End the threads."""
        for lane in self.lanes.values():
            lane.close()

    def _take(self, made: list[Parcel]) -> int:
        at_once = []
        for parcel in made:
            if parcel.letter is None or parcel.stays:
                at_once.append(Outcome(parcel))
                continue
            for notice in parcel.notices:
                self.held[notice.pk] = notice
            name = lane_of(parcel.letter)
            if name not in self.lanes:
                self.lanes[name] = Lane(name, WORKERS.get(Channel(parcel.letter.channel), OTHERS), try_now,
                                        self.answers)
            self.lanes[name].take(parcel.letter, parcel)
        return self._note(at_once)

    def _shut(self, lane: Lane[Parcel]) -> int:
        """What waits before a shut lane: the urgent takes its next channel, the rest comes again when it may open."""
        if not lane.is_shut() or not (out := lane.emptied()):
            return 0
        later = timedelta(seconds=lane.seconds_shut() + 0.05)
        outcomes = []
        for sending in out:
            jumps = sending.what.first.level == Level.URGENT and sending.what.length > 1
            outcomes.append(Outcome(sending.what, trouble=Undelivered(ELSEWHERE, final=True)) if jumps else
                            Outcome(sending.what, put_off=later))
        return self._note(outcomes)

    def _harvest(self, seconds: float) -> int:
        came = drained(self.answers, seconds, TOGETHER)
        for lane in list(self.lanes.values()):
            came += [(lane, sending, Undelivered("no answer in time", down=True)) for sending in lane.given_up()]
        outcomes = []
        for lane, sending, answer in came:
            if lane.ended(sending, answer):
                lane.go()
                outcomes.append(Outcome(sending.what, trouble=answer) if isinstance(answer, Undelivered) else
                                Outcome(sending.what, said=answer))
        return self._note(outcomes)

    def _note(self, outcomes: list[Outcome]) -> int:
        if not outcomes:
            return 0
        logged = note(outcomes)
        for outcome in outcomes:
            for notice in outcome.parcel.notices:
                self.held.pop(notice.pk, None)
        return len(logged)

    def _put_back(self) -> None:
        """The round is over: what has not left waits for the next one."""
        out = [sending.what for lane in self.lanes.values() for sending in lane.emptied()]
        self._note([Outcome(parcel, put_off=timedelta(0)) for parcel in out])

    def _keep(self) -> None:
        if perf_counter() - self.kept_at > KEEP_EVERY and self.held:
            keep(list(self.held.values()))
            self.kept_at = perf_counter()


def deliver_waiting(limit: int = AT_ONCE, *, seconds: float = SLICE) -> int:
    """One round of the worker: claim, deliver, until nothing waits or the time is over; how many tries were made."""
    return Dispatch().round(limit=limit, seconds=seconds)


def deliver_until(stop: threading.Event, *, every: float, dispatch: Dispatch | None = None) -> None:
    """Deliver until told to stop: the thread of the worker that does nothing else, so that nothing delays it."""
    desk = dispatch or Dispatch()
    try:
        while not stop.is_set():
            desk.round(stop=stop)
            stop.wait(every)
    finally:
        desk.close()
