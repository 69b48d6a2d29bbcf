"""The text of a command 命令文书: starting, raising, lowering or ending a response, to be edited and issued.

The form is that of an official letter: number, title, addressees, basis, time and level, what is to be done, who
issues it, when; English under the Chinese. Its numbers are this system's own and are invented where the plan says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from undercity.clock import ZONE
from undercity.response.plans.rules.content import Order, PlanContent
from undercity.response.plans.rules.expanding import difference
from undercity.response.plans.states import NUMERAL_ZH, ROMAN

ACTIONS_ZH = {"start": "启动", "raise": "提升", "lower": "调整", "end": "终止"}
NUMBERS_ZH = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Named:
    """Something with its name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class OrderText:
    """A command before it is issued. Bodies are whole paragraphs, apart by a line each."""

    number: str
    number_invented: bool
    title: Named
    to: Named
    paragraphs: tuple[Named, ...]
    issuer: Named
    at: Named
    act: str

    @property
    def zh(self) -> str:
        """The Chinese text, as it is edited and printed."""
        return "\n".join([self.number, self.title.zh, f"{self.to.zh}：", *(one.zh for one in self.paragraphs),
                          self.issuer.zh, self.at.zh])

    @property
    def en(self) -> str:
        """The English text under it."""
        return "\n".join([self.number, self.title.en, f"To: {self.to.en}", *(one.en for one in self.paragraphs),
                          self.issuer.en, self.at.en])


def act_of(was: int | None, now: int | None) -> str:
    """What a change of level is: start, raise, lower or end. ValueError when nothing changes."""
    if was == now:
        raise ValueError("the level does not change")
    if was is None:
        return "start"
    if now is None:
        return "end"
    return "raise" if now < was else "lower"


def numbered(content: PlanContent, year: int, number: int) -> str:
    """The running number of a body's year, in the pattern of its plan."""
    return content.numbering.pattern.replace("{year}", str(year)).replace("{number}", str(number))


def number_in_chinese(number: int) -> str:
    """1 → 一, 12 → 十二, 40 → 四十; up to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else NUMBERS_ZH[tens - 1]) + "十"
    return head + (NUMBERS_ZH[ones - 1] if ones else "")


def order_text(content: PlanContent, *, was: int | None, now: int | None, number: int, at: datetime, basis: Named,
               issuer: Named, area: Named, addressees: Sequence[Named]) -> OrderText:
    """The command that takes a response from one level to another. `basis`: the warning or gauge it rests on.

    What is to be done are the orders that begin with the new level, or that stand down when it ends; each once,
    without the names of the places, which the orders themselves carry.
    """
    act, moment = act_of(was, now), at.astimezone(ZONE)
    level_zh, level_en = _level(content, now if now is not None else was)
    which = difference(content, was, now)
    orders = which.begins or which.ends
    to = Named("、".join(one.zh for one in addressees) or "各有关单位",
               ", ".join(one.en for one in addressees) or "All units concerned")
    opening = _opening(act, level_zh, level_en, basis, area, moment)
    return OrderText(
        number=numbered(content, moment.year, number), number_invented=content.numbering.invented, title=_title(
            act, level_zh, level_en, area), to=to, issuer=issuer, act=act,
        paragraphs=(opening, *_actions(content, orders, begins=bool(which.begins))),
        at=Named(f"{moment.year}年{moment.month}月{moment.day}日{moment.hour}时{moment.minute:02d}分",
                 f"{moment:%Y-%m-%d %H:%M}"))


def _level(content: PlanContent, level: int | None) -> tuple[str, str]:
    assert level is not None
    name = content.level_name(level)
    return (name.zh, name.en) if name else (f"{NUMERAL_ZH[level]}级响应", f"Level {ROMAN[level]} response")


def _title(act: str, level_zh: str, level_en: str, area: Named) -> Named:
    response = f"{area.zh}防汛应急响应"
    zh = {"start": f"关于启动{area.zh}防汛{level_zh}的命令", "raise": f"关于将{response}提升为{level_zh}的命令",
          "lower": f"关于将{response}调整为{level_zh}的命令", "end": f"关于终止{response}的命令"}[act]
    en = {"start": f"Order to start the {level_en} to flooding in {area.en}",
          "raise": f"Order to raise the flood response in {area.en} to the {level_en}",
          "lower": f"Order to lower the flood response in {area.en} to the {level_en}",
          "end": f"Order to end the flood response in {area.en}"}[act]
    return Named(zh, en)


def _opening(act: str, level_zh: str, level_en: str, basis: Named, area: Named, at: datetime) -> Named:
    moment = f"{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"
    zh = {"start": f"启动{area.zh}防汛{level_zh}", "raise": f"将{area.zh}防汛应急响应提升为{level_zh}",
          "lower": f"将{area.zh}防汛应急响应调整为{level_zh}", "end": f"终止{area.zh}防汛应急响应"}[act]
    en = {"start": f"the {level_en} to flooding in {area.en} starts", "raise": f"the flood response in {area.en} is "
          f"raised to the {level_en}", "lower": f"the flood response in {area.en} is lowered to the {level_en}",
          "end": f"the flood response in {area.en} ends"}[act]
    tail = "请按照预案做好以下工作：" if act != "end" else "请按照预案做好以下善后工作："
    return Named(f"根据{basis.zh}，经研究，决定自{moment}起{zh}。{tail}",
                 f"On the basis of {basis.en}, {en} at {at:%H:%M} on {at:%Y-%m-%d}. According to the plan:")


def _actions(content: PlanContent, orders: Sequence[Order], *, begins: bool) -> list[Named]:
    """The orders as numbered lines; a text that several orders share stands once."""
    found: dict[str, Named] = {}
    for order in orders:
        if begins:
            zh, en = _without_place(order.zh, order.en)
            limit = content.done_of(order)
            zh, en = f"{zh.rstrip('。')}，{limit}分钟内完成。", f"{en.rstrip('.')}, within {limit} minutes."
        else:
            zh, en = _without_place(order.stand_down_zh or content.stand_down.zh,
                                    order.stand_down_en or content.stand_down.en)
        found.setdefault(zh, Named(zh, en))
    return [Named(f"{number_in_chinese(nth)}、{one.zh}", f"{nth}. {one.en}")
            for nth, one in enumerate(found.values(), start=1)]


def _without_place(zh: str, en: str) -> tuple[str, str]:
    return zh.replace("{place}", "各有关工程"), en.replace("{place}", "each work concerned")
