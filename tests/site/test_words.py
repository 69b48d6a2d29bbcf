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
