"""The time-line of a plan 预案时间轴 as SVG: each order from when it can begin to when it is due, by level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from undercity.response.plans.rules import Order, PlanContent

ROW, HEAD, LEFT, WIDE, RIGHT = 22, 30, 300, 520, 70
LABEL = 34


@dataclass(frozen=True, slots=True)
class Band:
    """A bar: the order, its words, and its minutes: when it can begin, by when it is answered, when it is due."""

    order: Order
    text: str
    begins: int
    answer: int
    done: int


def bands(content: PlanContent, orders: Iterable[Order], texts: dict[str, str]) -> list[Band]:
    """The bars of some orders. One that waits for others begins when the last of them is due."""
    due = {order.key: content.done_of(order) for order in content.orders}
    found = []
    for order in orders:
        begins = max((due[key] for key in order.after if key in due), default=0)
        found.append(Band(order, texts.get(order.key, order.key), begins, content.answer_of(order),
                          content.done_of(order)))
    return sorted(found, key=lambda band: (band.done, band.begins, band.order.key))


def _ticks(longest: int) -> tuple[int, int]:
    """The step of the axis and its end, in minutes."""
    step = next((step for step in (5, 10, 15, 30, 60, 120, 240) if longest <= 8 * step), 480)
    return step, max(step, -(-longest // step) * step)


def time_line(groups: Sequence[tuple[str, Sequence[Band]]], title: str, minutes: str) -> str:
    """One picture for groups of bars with a heading each. `minutes`: the word under the axis."""
    step, end = _ticks(max((band.done for _name, rows in groups for band in rows), default=60))
    height = sum(HEAD + ROW * len(rows) for _name, rows in groups) + 40
    parts = [f'<svg class="chart plan-chart" viewBox="0 0 {LEFT + WIDE + RIGHT} {height}" role="img" '
             f"aria-label={quoteattr(title)}>"]
    for minute in range(0, end + 1, step):
        x = LEFT + WIDE * minute / end
        parts.append(f'<path class="plan-tick" d="M{x:.1f} 0V{height - 26}"/>'
                     f'<text class="axis" x="{x:.1f}" y="{height - 10}">{minute}</text>')
    parts.append(f'<text class="axis from" x="0" y="{height - 10}">{escape(minutes)}</text>')
    y = 0
    for name, rows in groups:
        parts.append(f'<text class="from level" x="0" y="{y + 20}">{escape(name)}</text>')
        y += HEAD
        for band in rows:
            parts.append(_bar(band, y, end))
            y += ROW
    parts.append("</svg>")
    return "".join(parts)


def _bar(band: Band, y: int, end: int) -> str:
    begins, done = LEFT + WIDE * band.begins / end, LEFT + WIDE * band.done / end
    answered = LEFT + WIDE * min(band.answer, band.done) / end
    words = band.text if len(band.text) <= LABEL else band.text[:LABEL - 1] + "…"
    # A Chinese character is twice as wide as a Latin one.
    while len(words) > 4 and sum(2 if ord(one) > 0x2E80 else 1 for one in words) > 2 * LABEL - 26:
        words = words[:-2] + "…"
    return (f"<g><title>{escape(band.text)}</title>"
            f'<text class="from" x="0" y="{y + 14}">{escape(words)}</text>'
            f'<rect class="bar-all" x="{begins:.1f}" y="{y + 3}" width="{max(2.0, done - begins):.1f}" height="14"/>'
            f'<rect class="bar-part" x="{LEFT}" y="{y + 8}" width="{answered - LEFT:.1f}" height="4"/>'
            f'<text class="axis from" x="{done + 5:.1f}" y="{y + 14}">{band.done}</text></g>')
