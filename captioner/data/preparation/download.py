"""Large files over HTTP: an interrupted download goes on where it stopped, and what arrives is checked."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from groundwork.errors import DataError

_CHUNK = 1 << 20
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class RemoteFile:
    """What is known about a file before it is fetched.

    Attributes:
        url: where it is.
        size: in bytes, if known.
        md5: its published checksum in hexadecimal, if there is one.
    """

    url: str
    size: int | None = None
    md5: str | None = None

    @property
    def name(self) -> str:
        """The file name at the end of the address."""
        return self.url.rpartition("/")[2]


class _ConnectionLostError(Exception):
    """The server cannot be reached, or stopped sending; a later request may succeed."""


def download(
    remote: RemoteFile, target: Path, *, attempts: int = 5, pause_seconds: float = 5.0, progress: bool = True
) -> None:
    """Fetches a file by way of `part_of(target)`; a target that exists is left alone.

    A connection that breaks is taken up again where it broke, by this call and by the next one. An attempt that
    brought something new does not count against `attempts`.

    Raises:
        DataError: the server refuses, the connection keeps failing, the disk refuses, or the file that arrived is not
            the expected one (it is removed then).
    """
    if target.exists():
        return
    part = part_of(target)
    part.parent.mkdir(parents=True, exist_ok=True)
    failures = 0
    while True:
        before = size_of(part)
        try:
            _fetch_rest(remote, part, progress=progress)
            break
        except _ConnectionLostError as error:
            failures = 0 if size_of(part) > before else failures + 1
            if failures >= attempts:
                raise DataError(
                    f"{remote.url} cannot be downloaded: {error}; {size_of(part):,} bytes are kept in {part}, and the "
                    "same command goes on from there."
                ) from error
        time.sleep(pause_seconds)
    _check(remote, part, progress=progress)
    part.replace(target)


def part_of(target: Path) -> Path:
    """Where the beginning of a file lies until all of it has arrived."""
    return target.with_name(target.name + ".part")


def size_of(path: Path) -> int:
    """Bytes in a file, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def _fetch_rest(remote: RemoteFile, part: Path, *, progress: bool) -> None:
    start = size_of(part)
    if start and start == remote.size:
        return
    response = _request(remote.url, start)
    if response is None:
        return
    with response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            start = 0  # This server knows no ranges and sends everything again.
        length = response.headers["Content-Length"]
        total = start + int(length) if length else remote.size
        _receive(response, part, start=start, total=total, progress=progress)
    if total is not None and size_of(part) < total:
        raise _ConnectionLostError("the connection was closed early")


def _request(url: str, start: int) -> http.client.HTTPResponse | None:
    """The response with the bytes from `start` on; None if there are no more."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return None  # What is too long or foreign is found out by the check.
            if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _ConnectionLostError(f"the server answers {error.code} {error.reason}") from error
            raise DataError(f"{url} cannot be downloaded: the server answers {error.code} {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise _ConnectionLostError(str(getattr(error, "reason", error))) from error


def _receive(response: http.client.HTTPResponse, part: Path, *, start: int, total: int | None, progress: bool) -> None:
    name = part.name.removesuffix(".part")
    with tqdm(desc=name, initial=start, total=total, unit="B", unit_scale=True, disable=not progress or None) as bar:
        try:
            with part.open("ab" if start else "wb") as file:
                while chunk := _read(response):
                    file.write(chunk)
                    bar.update(len(chunk))
        except OSError as error:
            raise DataError(f"{part} cannot be written: {error.strerror or error}.") from error


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _ConnectionLostError(str(error) or type(error).__name__) from error


def _check(remote: RemoteFile, part: Path, *, progress: bool) -> None:
    expected, received = remote.md5, None
    if remote.size is not None and size_of(part) != remote.size:
        expected, received = f"{remote.size:,} bytes", f"{size_of(part):,} bytes"
    elif remote.md5 is not None:
        received = _md5(part, progress=progress)
    if received != expected:
        part.unlink()
        raise DataError(
            f"What {remote.url} sent is not the expected file: {received} instead of {expected}; it was removed, run "
            "the same command again."
        )


def _md5(path: Path, *, progress: bool) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with (
        path.open("rb") as file,
        tqdm(desc="checking", total=size_of(path), unit="B", unit_scale=True, disable=not progress or None) as bar,
    ):
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            bar.update(len(chunk))
    return digest.hexdigest()
