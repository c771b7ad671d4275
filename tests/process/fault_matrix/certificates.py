"""Certificates made for one test by the ``openssl`` program: an authority, what it signed, and what nobody did."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

HERE = "subjectAltName=IP:127.0.0.1"
ELSEWHERE = "subjectAltName=DNS:elsewhere.test"
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


def authority(folder: Path) -> Path:
    """Make an authority; returns the file that makes a client trust it."""
    _openssl(
        folder, "req", "-x509", *KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=an authority",
        "-addext", "basicConstraints=critical,CA:TRUE",
    )  # fmt: skip
    return folder / "ca.pem"


def signed(folder: Path, name: str, *, who: str = HERE, days: int = 2) -> ssl.SSLContext:
    """Return a server's side with a certificate of the authority; with ``days`` below zero it has ended."""
    _openssl(folder, "req", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=a venue")
    (folder / f"{name}.ext").write_text(f"{who}\n")
    _openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-out", f"{name}.pem", "-days", str(days), "-extfile", f"{name}.ext",
    )  # fmt: skip
    return _server(folder, name)


def self_signed(folder: Path, name: str) -> ssl.SSLContext:
    """Return a server's side with a certificate that only it vouches for."""
    _openssl(
        folder, "req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2",
        "-subj", "/CN=a venue", "-addext", HERE,
    )  # fmt: skip
    return _server(folder, name)


def _server(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
