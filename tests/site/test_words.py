"""Every word of the interface is said in Chinese too, and the catalogue is in step with the code."""

from __future__ import annotations

import polib
import pytest

from tools import words

pytestmark = pytest.mark.once


def test_nothing_is_left_in_english() -> None:
    assert list(words.untranslated(polib.pofile(str(words.CATALOGUE)), words.found())) == []


def test_a_word_without_chinese_is_found() -> None:
    said = {("", "A new word", ""): "somewhere.html"}
    assert list(words.untranslated(polib.POFile(), said)) == ["somewhere.html: 'A new word' has no Chinese"]


def test_words_of_the_record_room_stay_out_of_the_interface() -> None:
    chinese = " ".join(entry.msgstr for entry in polib.pofile(str(words.CATALOGUE)))
    assert [word for word in ("账本", "哈希", "默克尔", "投影", "实体", "节点") if word in chinese] == []


def test_translations_keep_their_variables() -> None:
    import re

    names = re.compile(r"%\((\w+)\)[sd]")
    wrong = [entry.msgid for entry in polib.pofile(str(words.CATALOGUE)) if not entry.msgid_plural
             and sorted(names.findall(entry.msgid)) != sorted(names.findall(entry.msgstr))]
    assert wrong == []


# What a clerk calls things; each holds wherever the English stands in the interface.
CLERKS = {
    "My work today": "今日待办", "Duties": "责任清单", "Responsible unit": "责任单位", "Due soon": "即将到期",
    "Overdue": "已超期", "Case": "案卷", "Report": "上报", "Intake": "受理", "File": "立案", "Dispatch": "派遣",
    "Report done": "处置反馈", "Verify": "核实", "Check on site": "核查", "Rework": "返工", "Ask for time": "延期申请",
    "On hold": "挂账", "Supervise": "督办", "Close": "结案", "Receipt": "回执", "Ranking": "考评排名",
    "Points lost": "扣分明细", "Response level": "应急响应", "Acknowledge order": "指令签收",
    "Flood readiness": "防汛备汛", "Cool place": "纳凉点", "Record": "办理记录", "Proof check": "存证校验"}


def test_words_are_the_ones_a_clerk_would_use() -> None:
    said = {word.casefold(): chinese for word, chinese in CLERKS.items()}
    found = [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(words.CATALOGUE))
             if entry.msgid.casefold() in said]
    assert len(found) > 20
    assert [pair for pair in found if said[pair[0].casefold()] not in pair[1]] == []
