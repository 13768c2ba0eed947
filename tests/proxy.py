"""The nginx example of the project with ports and files of a test in place of those of an installation."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import ROOT

_WHOLE = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{example}
}}
"""


def write_configuration(folder: Path, plain: int, secure: int, apps: Sequence[int]) -> Path:
    """Write a configuration that nginx runs as it is, with a certificate of its own.

    Args:
        folder: where it lies with all that it names; the file ``users`` there holds the passwords.
        plain: the port in place of 80.
        secure: the port in place of 443.
        apps: the ports of the two app processes.

    Returns:
        The file for ``nginx -c``.
    """
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    request += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "chain.pem")]
    subprocess.run(request, check=True, capture_output=True)
    replaced = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        "/etc/ssl/tracker/fullchain.pem": f"{folder}/chain.pem",
        "/etc/ssl/tracker/privkey.pem": f"{folder}/key.pem",
        "/etc/nginx/tracker.htpasswd": f"{folder}/users",
        "server 127.0.0.1:8501": f"server 127.0.0.1:{apps[0]}",
        "server 127.0.0.1:8502": f"server 127.0.0.1:{apps[1]}",
        "tracker.example.gov.cn": "localhost",
        "https://$host$request_uri": f"https://$host:{secure}$request_uri",
    }
    example = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for stated, own in replaced.items():
        assert stated in example, stated
        example = example.replace(stated, own)
    written = folder / "nginx.conf"
    written.write_text(_WHOLE.format(folder=folder, example=example), encoding="utf-8")
    return written
