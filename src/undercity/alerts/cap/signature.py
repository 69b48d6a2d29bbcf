"""XML signatures of warnings: is it the message as it was signed, and by somebody the administrator trusts?

Only what was signed is believed: the tree a good signature vouches for is given back, and the message is read from it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.utils.translation import gettext as _
from lxml import etree
from signxml.exceptions import InvalidCertificate, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from undercity.alerts.cap.message import NAMESPACE
from undercity.alerts.cap.reading import SIGNATURE
from undercity.alerts.states import Signed
from undercity.errors import RuleBroken

K = TypeVar("K")
# The signature stands directly in the message, and covers all of it by one reference.
WHERE = SignatureConfiguration(location="./", expect_references=1)
X509 = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
FAULTS = (InvalidSignature, InvalidInput, InvalidCertificate, etree.LxmlError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Checked:
    """What a look at the signature found; `root`: what may be read; `by`: the fingerprint of the certificate."""

    signed: Signed
    root: Any
    by: str = ""


def certificate_of(pem: str) -> x509.Certificate:
    """A certificate in PEM. RuleBroken when it is none."""
    try:
        return x509.load_pem_x509_certificate(pem.strip().encode())
    except ValueError as error:
        raise RuleBroken(_("This is no certificate in PEM."), field="certificate", remedy=_(
            "Paste the lines from BEGIN CERTIFICATE to END CERTIFICATE.")) from error


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def checked(root: Any, trusted: Mapping[K, x509.Certificate]) -> Checked:
    """Look at the signature of a message. RuleBroken when the message is not as it was signed."""
    found = root.findall(f".//{SIGNATURE}")
    if not found:
        return Checked(Signed.NONE, root)
    if len(found) > 1 or found[0].getparent() is not root:
        raise _broken()
    for certificate in trusted.values():
        vouched = _verified(root, certificate)
        if vouched is not None:
            return Checked(Signed.VALID, vouched, fingerprint(certificate))
    own = _own(found[0])
    if own is None:
        # Nobody we know signed it, and it does not say who did: neither good nor bad can be told.
        return Checked(Signed.UNKNOWN, root)
    vouched = _verified(root, own)
    if vouched is None:
        raise _broken()
    return Checked(Signed.UNKNOWN, vouched, fingerprint(own))


def _broken() -> RuleBroken:
    return RuleBroken(_("The signature does not fit the message: it was changed after it was signed."),
                      field="Signature", remedy=_("Fetch the message again from whoever issued it; do not act on it."))


def _verified(root: Any, certificate: x509.Certificate) -> Any | None:
    """What the certificate's key signed, if it is this message as a whole."""
    try:
        result = XMLVerifier().verify(root, x509_cert=certificate, expect_config=WHERE)
    except FAULTS:
        return None
    signed = None if isinstance(result, list) else result.signed_xml
    return signed if signed is not None and signed.tag == f"{{{NAMESPACE}}}alert" else None


def _own(signature: Any) -> x509.Certificate | None:
    """The certificate a signature brings along."""
    said = signature.find(f".//{X509}")
    if said is None or not said.text:
        return None
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(said.text.split()), validate=True))
    except ValueError:
        return None
