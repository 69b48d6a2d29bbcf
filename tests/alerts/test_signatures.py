"""Signed messages: good by a trusted office, by somebody unknown, and changed on the way."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner

from tests.alerts.messages import message, xml
from tests.city import City
from undercity.alerts.actions import sources
from undercity.alerts.actions.receiving import Received, receive
from undercity.alerts.cap.message import MsgType
from undercity.alerts.cap.reading import alert_of, parsed
from undercity.alerts.cap.signature import certificate_of, checked
from undercity.alerts.cap.writing import written
from undercity.alerts.states import Door, Signed, Stage
from undercity.errors import NotAllowed, RuleBroken
from undercity.org.powers import THE_SYSTEM


@dataclass(frozen=True)
class Office:
    """A key with a certificate it made itself."""

    key: bytes
    pem: str

    def sign(self, raw: bytes) -> bytes:
        signer = XMLSigner(signature_algorithm="ecdsa-sha256")
        return bytes(etree.tostring(signer.sign(etree.fromstring(raw), key=self.key, cert=self.pem), encoding="utf-8"))


def office(name: str, days: int = 3650) -> Office:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=4000))
            .not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256()))
    return Office(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                    serialization.NoEncryption()),
                  made.public_bytes(serialization.Encoding.PEM).decode())


WEATHER, STRANGER = office("weather"), office("stranger")


@pytest.fixture
def trusting(city: City) -> City:
    sources.trust(WEATHER.pem, by=city.post("administrator"), at=city.at, label="虚构气象台")
    return city


def took(raw: bytes, city: City, **more: Any) -> Received:
    return receive(raw, door=Door.POST, by=THE_SYSTEM, at=city.at, **more)


def test_a_good_signature_of_a_trusted_office_is_told(trusting: City) -> None:
    found = took(WEATHER.sign(xml(trusting.at)), trusting, signed_only=True)
    assert (found.warning.signed, found.message.signed) == (Signed.VALID, Signed.VALID)


def test_who_is_unknown_is_kept_and_marked(trusting: City) -> None:
    assert took(STRANGER.sign(xml(trusting.at)), trusting).warning.signed == Signed.UNKNOWN
    with pytest.raises(RuleBroken):
        took(STRANGER.sign(xml(trusting.at, identifier="2")), trusting, signed_only=True)


@pytest.mark.parametrize("by", [WEATHER, STRANGER])
def test_what_was_changed_after_signing_is_refused(trusting: City, by: Office) -> None:
    raw = by.sign(xml(trusting.at)).replace("黄".encode(), "红".encode())
    with pytest.raises(RuleBroken) as refused:
        took(raw, trusting)
    assert refused.value.field == "Signature"


def test_a_signature_over_a_part_vouches_for_nothing(trusting: City) -> None:
    signed = etree.fromstring(WEATHER.sign(xml(trusting.at)))
    # The whole signed message inside another one that was never signed.
    outer = etree.fromstring(xml(trusting.at, identifier="2", colour="红"))
    outer.append(signed)
    with pytest.raises(RuleBroken):
        took(etree.tostring(outer), trusting)
    outer = etree.fromstring(xml(trusting.at, identifier="3", colour="红"))
    outer.append(signed[-1])
    with pytest.raises(RuleBroken):
        took(etree.tostring(outer), trusting)


def test_two_signatures_and_a_broken_one_are_refused(trusting: City) -> None:
    twice = etree.fromstring(WEATHER.sign(xml(trusting.at)))
    twice.append(etree.fromstring(etree.tostring(twice[-1])))
    with pytest.raises(RuleBroken):
        took(etree.tostring(twice), trusting)
    raw = WEATHER.sign(xml(trusting.at))
    start = raw.index(b"SignatureValue>") + 15
    other = base64.b64encode(b"x" * 64)
    with pytest.raises(RuleBroken):
        took(raw[:start] + other + raw[raw.index(b"</", start):], trusting)


def test_without_its_certificate_it_is_known_only_if_we_have_it(trusting: City) -> None:
    def bare(one: Office) -> bytes:
        root = etree.fromstring(one.sign(xml(trusting.at, identifier=str(id(one)))))
        info = root[-1].find("{*}KeyInfo")
        root[-1].remove(info)
        return bytes(etree.tostring(root))

    assert took(bare(WEATHER), trusting).warning.signed == Signed.VALID
    assert took(bare(STRANGER), trusting).warning.signed == Signed.UNKNOWN


def test_an_unsigned_message_does_not_lift_a_signed_warning(trusting: City) -> None:
    first = message(trusting.at)
    warning = took(WEATHER.sign(written(first)), trusting).warning
    lifted = message(trusting.later(minutes=1), identifier="2", msg_type=MsgType.CANCEL, about=[first])
    with pytest.raises(RuleBroken):
        took(written(lifted), trusting)
    with pytest.raises(RuleBroken):
        took(STRANGER.sign(written(lifted)), trusting)
    took(WEATHER.sign(written(lifted)), trusting)
    warning.refresh_from_db()
    assert warning.stage == Stage.CANCELLED


def test_whoever_is_trusted_no_longer_is_unknown(trusting: City) -> None:
    admin = trusting.post("administrator")
    row = sources.trust(WEATHER.pem, by=admin, at=trusting.at, label="again")
    sources.stop_trusting(row.pk, by=admin, at=trusting.at)
    assert took(WEATHER.sign(xml(trusting.at)), trusting).warning.signed == Signed.UNKNOWN
    with pytest.raises(NotAllowed):
        sources.trust(WEATHER.pem, by=trusting.post("duty_officer"), at=trusting.at, label="x")
    with pytest.raises(RuleBroken) as refused:
        sources.trust("nonsense", by=admin, at=trusting.at, label="x")
    assert refused.value.field == "certificate"


def test_what_is_read_is_what_was_signed() -> None:
    at = datetime(2026, 7, 18, tzinfo=UTC)
    root = etree.fromstring(WEATHER.sign(xml(at)))
    found = checked(root, {1: certificate_of(WEATHER.pem)})
    assert found.root is not root
    assert alert_of(found.root) == parsed(xml(at))
