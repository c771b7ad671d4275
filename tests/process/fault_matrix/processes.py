"""Rows N02, P02, P04, P06, P09, P11, H07 and H08: the desk as a process, and who else comes to it."""

from __future__ import annotations

import asyncio
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.process.desk_process import eventually
from tests.process.fault_matrix import certificates, toxics
from tests.process.fault_matrix.network import ANY, CANCELED, CLOSED, LIVE, NOT_SENT, nothing_reserved
from tests.process.fault_matrix.stage import MODE, ORDER, SYMBOL, Stage, plays, stage
from tui_trader.client.desk import DeskClient

ORDERLY_S = 5.0
"""How long an orderly end may take."""


async def n02(kill: bool) -> list[str]:
    """A certificate of another host, one that has ended, one that nobody vouches for: not sent, and the desk halts."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {"SSL_CERT_FILE": str(certificates.authority(folder))}
        right = certificates.signed(folder, "right")
        bad = {
            "of another host": certificates.signed(folder, "other", who=certificates.ELSEWHERE),
            "that has ended": certificates.signed(folder, "ended", days=-1),
            "of nobody": certificates.self_signed(folder, "alone"),
        }
        for what, certificate in bad.items():
            async with stage(kill=kill, env=env, tls=right) as scene:
                wish = await scene.wish()
                await scene.client.preview(wish)  # so that the order is the first to meet the certificate
                await scene.proxy.refuse(streams=False)
                scene.proxy.tls = certificate
                await scene.proxy.open()
                order = (await scene.client.place(wish)).order
                assert order.status is NOT_SENT, (what, order)
                assert await nothing_reserved(scene)
                await scene.gate("HALTED")
                await scene.told("certificate")
                await scene.killing(CLOSED)
                await scene.proxy.refuse()
                scene.proxy.tls = right
                await scene.proxy.open()
                await scene.gate("HALTED")
                assert scene.posts() == 0
                wrong += [f"a certificate {what}: {each}" for each in await scene.verdict()]
    return wrong


@plays()
async def p02(scene: Stage) -> None:
    """Signals: TERM, INT and QUIT end the desk in order, HUP and PIPE do not; orders rest and the books are kept."""
    wish = await scene.wish()
    await scene.client.place(wish)
    for number in (signal.SIGHUP, signal.SIGPIPE):
        scene.desk.signal(number)
        await scene.client.status()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        scene.desk.signal(number)
        status, said, seconds = await asyncio.to_thread(scene.desk.ended)
        assert (status, said) == (0, ""), (number, status, said)
        assert seconds < ORDERLY_S
        assert [row["status"] for row in scene.truth().orders] == ["NEW"]
        await scene.client.close()
        scene.client = DeskClient(scene.household.paths(MODE).socket)
        await scene.up()
        assert (await scene.of(wish)).status is LIVE


@plays()
async def p04(scene: Stage) -> None:
    """The machine stops for some seconds: an order that waited meanwhile is not sent late, and all is compared."""
    resting = await scene.wish()
    placed = (await scene.client.place(resting)).order
    slow = scene.strikes("POST", ORDER, toxics.late_answer(2.5), count=2)
    first, second, third = [await scene.wish() for _ in range(3)]
    asking = [asyncio.create_task(scene.client.place(wish)) for wish in (first, second)]
    await eventually(lambda: _is(slow.hits == 2), "both lanes to be busy")
    asking.append(asyncio.create_task(scene.pressed(third)))
    await eventually(lambda: scene.of(third), "the third order to wait")
    scene.desk.signal(signal.SIGSTOP)
    await asyncio.to_thread(scene.account.cancel, SYMBOL, str(placed.venue_order_id))
    await asyncio.sleep(7)
    scene.desk.signal(signal.SIGCONT)
    await asyncio.gather(*asking, return_exceptions=True)
    await scene.killing()
    await scene.becomes(third, NOT_SENT)
    await scene.becomes(resting, CANCELED)
    for wish in (first, second):
        await scene.becomes(wish, LIVE)
    assert scene.posts() == 3


async def _is(holds: bool) -> bool:
    return holds


@plays()
async def p06(scene: Stage) -> None:
    """No more files may be opened: nothing is sent that cannot be followed, the process lives, and recovers."""
    resting = await scene.wish()
    await scene.client.place(resting)
    assert scene.desk.process is not None
    pid = scene.desk.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    opened = scene.desk.open_files()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (opened - 1, before[1]))
    scene.proxy.cut()
    await scene.refused_or_not_sent(await scene.wish())
    await asyncio.sleep(2)
    assert scene.desk.process.poll() is None
    await scene.killing(ANY)
    if not scene.kill:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    await scene.opens()
    assert (await scene.of(resting)).status is LIVE
    assert (await scene.client.place(await scene.wish())).order.status is LIVE


@plays()
async def p09(scene: Stage) -> None:
    """A second desk in the same folder is refused; after a kill the lock is free, whoever has the number now."""
    wish = await scene.wish()
    await scene.client.place(wish)
    flags = ("--mode", MODE, "--rest-url", scene.proxy.rest_url, "--ws-url", scene.proxy.ws_url)
    ran = await asyncio.to_thread(scene.household.run, "desk", *flags, env=scene.env)
    assert ran.status != 0
    assert "Another desk" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    lock = scene.household.paths(MODE).lock
    await scene.killing()
    if scene.kill:
        scene.desk.signal(signal.SIGKILL)
        await asyncio.to_thread(scene.desk.ended)
        lock.write_text(f"{os.getpid()}\n")
        await scene.up()
    assert (await scene.of(wish)).status is LIVE


@plays()
async def p11(scene: Stage) -> None:
    """Whoever placed an order is gone before the answer: asked again under the same intent, it is the same order."""
    wish = await scene.wish()
    strike = scene.strikes("POST", ORDER, toxics.late_answer(1))
    asking = asyncio.create_task(scene.client.place(wish))
    await strike.struck.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await scene.client.close()
    scene.client = DeskClient(scene.household.paths(MODE).socket)
    await scene.killing()
    again = (await scene.client.place(wish)).order
    found = await scene.becomes(wish, LIVE)
    assert again.id == found.id
    assert scene.proxy.seen("POST", ORDER) == scene.posts() == 1


@plays("I2", "I13", "I14")
async def d05(scene: Stage) -> None:
    """An older copy of the books is put in their place: an order of ours that no line knows halts the desk."""
    first = await scene.wish()
    await scene.client.place(first)
    books = scene.household.paths(MODE).database
    await scene.ended()
    older = {file: file.read_bytes() for file in books.parent.glob(f"{books.name}*")}
    await scene.up()
    await scene.client.place(await scene.wish())
    await scene.ended()
    for file in books.parent.glob(f"{books.name}*"):
        file.unlink()
    for file, content in older.items():
        file.write_bytes(content)
        file.chmod(0o600)
    await scene.up(("HALTED",))
    await scene.told("journal_loss")
    shown = {order.venue_order_id for order in await scene.client.open_orders()}
    assert shown == {row["orderId"] for row in scene.truth().orders}


ORDER_TEXT = b'{"intent_id":"from-a-page","symbol":"BTCUSDT","side":"BUY","quantity":"1","price":"1"}'
JSON = {"Content-Type": "application/json"}


async def h07(kill: bool) -> list[str]:
    """A web page in some browser: forms, other origins, names that were bound anew, sockets. Nothing is changed."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with stage(kill=kill, env={"TUI_TRADER_API_PORT": str(port)}) as scene:
        token = scene.household.paths(MODE).token.read_text().strip()
        bearer = {"Authorization": f"Bearer {token}"}
        before = (await scene.client.status()).sequence
        for name, expected, headers in (
            ("no token", {401}, JSON),
            ("a form", {401, 403, 415}, {"Content-Type": "text/plain"}),
            ("another origin", {403}, {**JSON, **bearer, "Origin": "https://evil.test"}),
            ("a name bound anew", {403, 421}, {**JSON, **bearer, "Host": f"evil.test:{port}"}),
            ("a page's fetch", {403}, {**JSON, **bearer, "Sec-Fetch-Site": "cross-site"}),
            ("a wrong token", {401}, {**JSON, "Authorization": "Bearer x"}),
        ):
            status = await asyncio.to_thread(_post, port, headers)
            assert status in expected, (name, status)
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        handshake = {**upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.test"}
        assert await asyncio.to_thread(_get, port, handshake) in {401, 403, 404, 426}
        assert await asyncio.to_thread(_get, port, bearer) == 200
        assert (await scene.client.status()).sequence == before
        await scene.killing()
        assert scene.posts() == 0
        return await scene.verdict()


def _post(port: int, headers: dict[str, str]) -> int:
    return _ask(port, "POST", "/api/v1/trades/orders", ORDER_TEXT, headers)


def _get(port: int, headers: dict[str, str]) -> int:
    return _ask(port, "GET", "/api/v1/status", None, headers)


def _ask(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


KNOCK = """
import os, socket, sys
os.setgroups([]), os.setgid(65534), os.setuid(65534)
door = socket.socket(socket.AF_UNIX)
try:
    door.settimeout(5)
    door.connect(sys.argv[1])
    door.sendall(b"GET /api/v1/status HTTP/1.1\\r\\nHost: desk\\r\\nConnection: close\\r\\n\\r\\n")
    print(door.recv(64).split(b" ")[1].decode())
except PermissionError:
    print("denied")
except (OSError, IndexError):
    print("closed")
"""


@plays()
async def h08(scene: Stage) -> None:
    """Another user of this machine knocks: kept out by the folder, and with the folder open by who he is."""
    door = scene.household.paths(MODE).socket
    assert await asyncio.to_thread(_knock, door) == "denied"
    await scene.killing()
    opened = [folder for folder in door.parents if folder.is_relative_to(scene.household.home)]
    for place in (*opened, door):
        place.chmod(0o777)
    try:
        assert await asyncio.to_thread(_knock, door) in {"403", "closed"}
    finally:
        for folder in opened:
            folder.chmod(0o700)
        door.chmod(0o600)
    assert (await scene.client.status()).gate == "ACTIVE"


def _knock(door: Path) -> str:
    """Ask the desk as another user; returns the HTTP status, or how the door was shut."""
    command = [sys.executable, "-S", "-c", KNOCK, str(door)]
    ran = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=20, check=False)
    return ran.stdout.strip() or ran.stderr


IS_ROOT = os.geteuid() == 0
"""Only root can be another user for a moment."""
