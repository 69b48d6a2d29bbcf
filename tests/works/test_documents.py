"""Documents of a work: what is taken, what is stopped at the door, that a fetch is noted, that replay is clean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.city import png
from tests.works.conftest import at, by_key
from undercity.errors import InvalidMove, NotAllowed, NotFound, RuleBroken, TooLarge
from undercity.ledger.models import Look
from undercity.ledger.replay import replay

pytestmark = pytest.mark.works
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def filed(work: Any, **more: Any) -> Any:
    from undercity.works.documents.actions import file_document

    return file_document(work.uid, **{"by": by_key("keeper-1"), "at": at(7, 17), "kind": "inspection",
                                      "title": "2026年检查报告", "raw": PDF, "file_name": "report.pdf", **more})


def test_a_pdf_and_a_picture_are_kept_by_their_content(work: Any) -> None:
    from undercity.works.documents.files import path_of
    from undercity.works.documents.models import Paper
    from undercity.works.documents.queries import of_work

    filed(work)
    filed(work, kind="certificate", title="平时使用证", raw=png(), file_name="scan.png")
    assert sorted(Paper.objects.values_list("media", flat=True)) == ["jpg", "pdf"]
    for paper in Paper.objects.all():
        assert path_of(paper.sha256, paper.media).exists()
    assert {one.paper.title for one in of_work(work.uid)} == {"2026年检查报告", "平时使用证"}
    assert [str(one) for one in replay().differences] == []


@pytest.mark.parametrize(("changes", "field"), [
    ({"title": "负一层平面图"}, "title"), ({"title": "Floor  Plan of level 1"}, "title"),
    ({"title": "ＦＬＯＯＲＰＬＡＮ"}, "title"), ({"title": "战时转换方案"}, "title"),
    ({"file_name": "竣工图.pdf"}, "title"), ({"file_name": "level1.dwg"}, "title"), ({"title": " "}, "title"),
    ({"title": "x" * 121}, "title"),
    ({"kind": "poem"}, "kind"), ({"raw": None}, "file"), ({"kind": "drawing-number"}, "file"),
    ({"raw": b"MZ\x90\x00 a program"}, "photo"), ({"raw": b""}, "photo"), ({"raw": PDF[:30]}, "file"),
    ({"raw": PDF.replace(b"/Type", b"/JavaScript 1/Type")}, "file"),
    ({"raw": PDF.replace(b"/Type", b"/Encrypt 1/Type")}, "file")])
def test_what_may_not_enter_is_refused_and_says_why(changes: dict[str, Any], field: str, work: Any) -> None:
    from undercity.works.documents.models import Document, Paper

    with pytest.raises(RuleBroken) as refused:
        filed(work, **changes)
    assert refused.value.field == field
    assert refused.value.remedy
    assert not Document.objects.exists()
    assert not Paper.objects.exists()


def test_of_drawings_the_register_number_alone_is_kept(work: Any) -> None:
    from undercity.works.documents.queries import of_work

    filed(work, kind="drawing-number", title="图纸登记号 鲁防-示例-001", raw=None, file_name="")
    listed = of_work(work.uid)[0]
    assert (listed.paper.media, listed.paper.sha256) == ("", "")


def test_a_file_too_large_is_refused(work: Any, settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 100
    with pytest.raises(TooLarge):
        filed(work, raw=PDF + b" " * 100)


def test_the_same_document_sent_twice_is_one_and_may_be_taken_out_once(work: Any) -> None:
    from undercity.works.documents.actions import take_out
    from undercity.works.documents.models import Document
    from undercity.works.documents.queries import of_work

    first = filed(work, client_key="k")
    assert filed(work, client_key="k").pk == first.pk
    assert Document.objects.count() == 1
    with pytest.raises(NotAllowed):
        take_out(first.pk, by=by_key("leader-2"), at=at(7, 17))
    with pytest.raises(NotFound):
        take_out(first.pk, by=by_key("keeper-2"), at=at(7, 17))
    take_out(first.pk, by=by_key("keeper-1"), at=at(7, 17))
    assert of_work(work.uid) == []
    with pytest.raises(InvalidMove):
        take_out(first.pk, by=by_key("keeper-1"), at=at(7, 17))
    assert [str(one) for one in replay().differences] == []


def test_every_fetch_is_noted_and_leaves_as_a_file(work: Any, signed_in: Callable[[Any], Any]) -> None:
    document = filed(work)
    where = f"/desk/documents/{document.pk}/"
    answer = signed_in(by_key("leader-2")).get(where)
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    look = Look.objects.get(subject=document.pk)
    assert (look.subject_kind, look.reason, look.post) == ("document", "download", by_key("leader-2").post)
    assert signed_in(by_key("keeper-2")).get(where).status_code == 404
    assert Look.objects.filter(subject=document.pk).count() == 1
    # Who reads the record finds it among the looks.
    assert work.code in signed_in(by_key("leader-2")).get("/desk/looks/").content.decode()


def test_a_document_by_its_page(work: Any, signed_in: Callable[[Any], Any], tmp_path: Path) -> None:
    from undercity.works.documents.models import Document

    keeper, where = signed_in(by_key("keeper-1")), f"/desk/works/{work.code}/documents/"
    assert keeper.get(where).status_code == 200
    assert signed_in(by_key("leader-2")).get(where).status_code == 403
    stopped = keeper.post(where, {"kind": "inspection", "title": "结构图", "key": "k",
                                  "file": SimpleUploadedFile("a.pdf", PDF)})
    assert (stopped.status_code, Document.objects.count()) == (422, 0)
    assert "结构图" in stopped.content.decode()
    given = {"kind": "inspection", "title": "报告", "key": "k"}
    for _ in range(2):
        answer = keeper.post(where, {**given, "file": SimpleUploadedFile("a.pdf", PDF)})
        assert answer.status_code == 302
    document = Document.objects.get()
    assert f"/desk/documents/{document.pk}/" in keeper.get(f"/desk/works/{work.code}/").content.decode()
    assert keeper.post(f"/desk/documents/{document.pk}/out/").status_code == 302
    assert keeper.get(f"/desk/documents/{document.pk}/").status_code == 404
