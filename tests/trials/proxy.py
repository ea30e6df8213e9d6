"""nginx as docker/nginx has it, before services of this machine: other addresses and another folder."""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["NGINX", "proxied", "write_configuration"]

NGINX = Path("/usr/sbin/nginx")
SHIPPED = Path(__file__).parents[2] / "docker" / "nginx"


@contextmanager
def proxied(ports: Sequence[int]) -> Iterator[str]:
    """Run nginx before services on these ports, one for each replica that it knows; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        configuration = write_configuration(Path(folder), port, ports)
        Path(folder).chmod(0o711)  # the processes of nginx that serve are another user's
        command = [str(NGINX), "-c", str(configuration), "-e", "stderr", "-g", "daemon off;"]
        process = subprocess.Popen(command)
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def write_configuration(folder: Path, port: int, ports: Sequence[int]) -> Path:
    """Write the shipped configuration with the places of this machine; return its first file.

    Raises:
        ValueError: the shipped one has another number of replicas.
    """
    main, replicas = ((SHIPPED / name).read_text() for name in ("nginx.conf", "replicas.conf"))
    known = re.findall(r"^ +server (\S+) ", replicas, re.MULTILINE)
    for address, own in zip(known, ports, strict=True):
        replicas = replicas.replace(address, f"127.0.0.1:{own}")
    main = main.replace("/tmp/", f"{folder}/").replace("listen 8080;", f"listen 127.0.0.1:{port};")  # noqa: S108
    (folder / "replicas.conf").write_text(replicas)
    (folder / "nginx.conf").write_text(main)
    return folder / "nginx.conf"


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, "nginx did not start"
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")
