"""Downloads from a loopback server that breaks off, knows ranges or not, and sends the wrong file."""

import hashlib
import http.server
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from captioner.data.preparation.download import RemoteFile, download, part_of
from groundwork.errors import DataError

CONTENT = bytes(range(256)) * 12_000
SIZE, MD5 = len(CONTENT), hashlib.md5(CONTENT).hexdigest()
HALF = SIZE // 2
ROOT = Path(__file__).parents[3]


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT at every address; a test says how."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []  # as requested
        self.knows_ranges = True
        self.refusals: dict[int, int] = {}  # status by number of the request, from 1
        self.breaks = 0  # so many answers stop halfway
        self.waits = False  # an answer that stops halfway keeps the connection open
        self.halfway, self.released = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file.zip"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        wanted = self.headers["Range"]
        self.server.ranges.append(wanted)
        if len(self.server.ranges) in self.server.refusals:
            return self.send_error(self.server.refusals[len(self.server.ranges)])
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.server.knows_ranges else 0
        if start >= SIZE:
            return self.send_error(416)
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # A client may leave early.
            self.send_body(body)
        return None

    def send_body(self, body):
        if not self.server.breaks:
            self.wfile.write(body)
            return
        self.server.breaks -= 1
        self.wfile.write(body[:HALF])
        self.server.halfway.set()
        if self.server.waits:
            self.server.released.wait(30)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "file.zip"


def fetch(server, target, *, size=SIZE, md5=MD5):
    download(RemoteFile(server.url, size, md5), target, attempts=2, pause_seconds=0.0, progress=False)


def test_a_file_is_fetched_and_its_part_is_gone(server, target):
    fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["file.zip"]


def test_an_existing_file_is_not_fetched_again(server, target):
    fetch(server, target)
    fetch(server, target)
    assert server.ranges == [None]


def test_a_broken_connection_is_taken_up_where_it_broke(server, target):
    server.breaks = 1
    fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={HALF}-"]


def test_a_killed_download_goes_on_in_the_next_run(server, target):
    server.breaks, server.waits = 1, True
    program = (
        "import sys, pathlib; from captioner.data.preparation.download import *;"
        "download(RemoteFile(sys.argv[1]), pathlib.Path(sys.argv[2]), progress=False)"
    )
    with subprocess.Popen([sys.executable, "-c", program, server.url, str(target)], cwd=ROOT) as process:
        assert server.halfway.wait(30)
        while not part_of(target).exists() or part_of(target).stat().st_size < 1 << 20:
            assert process.poll() is None
        process.kill()
    kept = part_of(target).stat().st_size
    assert not target.exists()
    fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={kept}-"]


def test_a_server_without_ranges_sends_everything_again(server, target):
    server.breaks, server.knows_ranges = 1, False
    fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_a_complete_part_is_only_checked(server, target):
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT)
    fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.ranges == []


def test_a_complete_part_of_unknown_size_is_recognised(server, target):
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT)
    fetch(server, target, size=None)
    assert target.read_bytes() == CONTENT


def test_a_wrong_checksum_removes_the_file(server, target):
    with pytest.raises(DataError, match=r"is not the expected file: [0-9a-f]{32} instead of 1234; it was removed"):
        fetch(server, target, md5="1234")
    assert list(target.parent.iterdir()) == []


def test_without_a_checksum_the_size_decides(server, target):
    with pytest.raises(DataError, match=r"3,072,000 bytes instead of 3,072,001 bytes"):
        fetch(server, target, size=SIZE + 1, md5=None)
    assert list(target.parent.iterdir()) == []


def test_a_refusal_is_not_repeated(server, target):
    server.refusals = {1: 404}
    with pytest.raises(DataError, match=r"cannot be downloaded: the server answers 404 Not Found\.$"):
        fetch(server, target)
    assert len(server.ranges) == 1


def test_a_busy_server_is_asked_again(server, target):
    server.refusals = {1: 503}
    fetch(server, target)
    assert target.read_bytes() == CONTENT


def test_what_arrived_is_kept_when_the_server_stays_away(server, target):
    server.breaks, server.refusals = 1, {2: 503, 3: 503}
    with pytest.raises(DataError, match=rf"503 .*; {HALF:,} bytes are kept in .*file\.zip\.part, and the same command"):
        fetch(server, target)
    assert part_of(target).read_bytes() == CONTENT[:HALF]


def test_no_server_at_all_is_one_sentence(target):
    with pytest.raises(DataError, match=r"cannot be downloaded: .*refused; 0 bytes are kept"):
        download(RemoteFile("http://127.0.0.1:9/x.zip"), target, attempts=2, pause_seconds=0.0, progress=False)


def test_a_part_that_cannot_be_written_is_one_sentence(server, target):
    part_of(target).mkdir(parents=True)
    with pytest.raises(DataError, match=r"file\.zip\.part cannot be written: Is a directory\."):
        fetch(server, target, size=None)
