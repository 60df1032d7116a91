"""A passkey in software: answers what a browser is asked, as a device would, by the WebAuthn specification (none)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def encoded(content: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return what base64url without padding stands for."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One key for one account.

    Attributes
    ----------
    origin
        Address of the page the browser is on.
    count
        How often it has signed.
    """

    origin: str = "http://localhost"
    id: bytes = b"passkey of a test"
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any], **said: Any) -> str:
        """Answer the question for a new passkey; ``said`` overrides what the browser says of itself."""
        client = self._client("webauthn.create", options, said)
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], PRESENT | VERIFIED | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": encoded(client), "attestationObject": encoded(attestation)})

    def sign(self, options: dict[str, Any], **said: Any) -> str:
        """Answer the question for a passkey; ``said`` overrides what the browser says of itself."""
        self.count += 1
        client = self._client("webauthn.get", options, said)
        data = self._data(options["rpId"], PRESENT | VERIFIED)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": encoded(client), "authenticatorData": encoded(data), "signature": encoded(signature)}
        )

    def _client(self, kind: str, options: dict[str, Any], said: dict[str, Any]) -> bytes:
        says = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False, **said}
        return json.dumps(says).encode()

    def _data(self, party: str, flags: int) -> bytes:
        return sha256(party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        name = encoded(self.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )
