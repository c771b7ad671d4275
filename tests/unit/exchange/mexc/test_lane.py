import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from tui_trader.clock import SystemClock
from tui_trader.exchange.mexc.addresses import MexcEndpoints, tls_context
from tui_trader.exchange.mexc.connection import HttpConnection, TransportFailure
from tui_trader.exchange.mexc.lane import MAX_WAITING, SIZE_CAP, URGENT, WANTED, WRITE_BY, Lane

Answer = Callable[..., bytes]
Until = Callable[..., Awaitable[None]]


@contextlib.asynccontextmanager
async def lane_to(url: str, **settings: Any) -> AsyncIterator[Lane]:
    lane = Lane(MexcEndpoints(rest_url=url).rest, SystemClock(), **{"timeout": 2.0, **settings})
    await lane.open()
    try:
        yield lane
    finally:
        await lane.aclose()


async def send(lane: Lane, url: str, target: str = "/api/v3/order", **extensions: Any) -> httpx.Response:
    request = httpx.Request("POST", url + "/api/v3/order", extensions={"target": target.encode(), **extensions})
    response = await lane.handle_async_request(request)
    await response.aread()
    return response


async def test_a_request_goes_out_as_given_and_its_answer_comes_back(server: Any, answer: Answer) -> None:
    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b'{"orderId":"1"}', headers="X-Odd: a\r\n"))

    server.behaviours = [reply]
    async with lane_to(server.url) as lane:
        response = await send(lane, server.url, "/api/v3/order?a=%5B1%5D&b=~()'&signature=ff")
    assert (response.status_code, response.content) == (200, b'{"orderId":"1"}')
    assert response.headers["x-odd"] == "a"
    assert server.requests[0].startswith(b"POST /api/v3/order?a=%5B1%5D&b=~()'&signature=ff HTTP/1.1\r\n")
    assert b"Content-Length: 0\r\n" in server.requests[0]


async def test_a_plain_httpx_client_runs_over_it(server: Any) -> None:
    async with (
        lane_to(server.url) as lane,
        httpx.AsyncClient(transport=lane, trust_env=False, base_url=server.url) as client,
    ):
        response = await client.post("/api/v3/order?x=1", content=b"a=1")
    assert response.json() == {}
    assert server.requests[0].startswith(b"POST /api/v3/order?x=1 HTTP/1.1\r\n")


async def test_requests_use_the_warm_connections_again(server: Any, until: Until) -> None:
    async with lane_to(server.url) as lane:
        await until(lambda: server.accepted == 2)
        for _ in range(5):
            await send(lane, server.url)
        assert server.accepted == 2
        assert len(server.requests) == 5


async def test_a_connection_cut_before_the_write_is_replaced_and_the_order_goes_out_once(
    server: Any, until: Until
) -> None:
    async with lane_to(server.url, connections=1) as lane:
        await until(lambda: server.accepted == 1)
        server.connections[0].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        response = await send(lane, server.url)
        assert response.status_code == 200
        assert len(server.requests) == 1
        assert server.accepted == 2


async def test_with_no_listener_nothing_was_written(server: Any, until: Until) -> None:
    async with lane_to(server.url) as lane:
        await server.stop()
        await until(lambda: not lane.warm)
        with pytest.raises(TransportFailure) as caught:
            await send(lane, server.url)
        assert not caught.value.written


async def test_a_cut_after_the_write_says_written_and_is_not_repeated(server: Any) -> None:
    async def cut(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server.behaviours = [cut]
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure) as caught:
            await send(lane, server.url, "/api/v3/order?signature=secretdigest")
        assert caught.value.written
        assert "secretdigest" not in repr(caught.value)
        await send(lane, server.url)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "piece", [b"HTTP/1.1 200 OK\r\nContent-Le", b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"orderId"']
)
async def test_half_an_answer_is_no_answer(server: Any, piece: bytes) -> None:
    async def half(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(piece)
        await writer.drain()
        writer.close()

    server.behaviours = [half]
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure) as caught:
            await send(lane, server.url)
        assert caught.value.written


async def test_a_redirect_is_handed_back_and_not_followed(server: Any, answer: Answer) -> None:
    async def redirect(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"", "307 Temporary Redirect", f"Location: {server.url}/api/v3/order\r\n"))

    server.behaviours = [redirect]
    async with lane_to(server.url) as lane:
        response = await send(lane, server.url)
    assert response.status_code == 307
    assert len(server.requests) == 1


async def test_interim_answers_are_passed_over(server: Any, answer: Answer) -> None:
    async def interim(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(b"[1]"))

    server.behaviours = [interim]
    async with lane_to(server.url) as lane:
        response = await send(lane, server.url)
    assert (response.status_code, response.content) == (200, b"[1]")


async def test_an_answer_may_come_byte_by_byte(server: Any, answer: Answer) -> None:
    async def drip(request: bytes, writer: asyncio.StreamWriter) -> None:
        for byte in answer(b'{"a":1}'):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    server.behaviours = [drip]
    async with lane_to(server.url) as lane:
        response = await send(lane, server.url)
    assert response.content == b'{"a":1}'


async def test_chunked_answers_are_read(server: Any) -> None:
    async def chunked(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n')

    server.behaviours = [chunked]
    async with lane_to(server.url) as lane:
        assert (await send(lane, server.url)).content == b'{"a":1}'


@pytest.mark.parametrize("claim", [True, False])
async def test_an_answer_beyond_the_size_cap_is_dropped(server: Any, claim: bool) -> None:
    async def flood(request: bytes, writer: asyncio.StreamWriter) -> None:
        size = f"Content-Length: {SIZE_CAP * 2}" if claim else "Connection: close"
        writer.write(f"HTTP/1.1 200 OK\r\n{size}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            for _ in range(SIZE_CAP * 2 // 65536):
                writer.write(b"x" * 65536)
                await writer.drain()

    server.behaviours = [flood]
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure, match="larger") as caught:
            await send(lane, server.url)
        assert caught.value.written


async def test_an_idle_close_is_seen_and_a_new_connection_is_warmed(server: Any, until: Until) -> None:
    async with lane_to(server.url, connections=1) as lane:
        await until(lambda: server.accepted == 1)
        server.connections[0].close()
        await until(lambda: server.accepted == 2 and lane.warm)
        await send(lane, server.url)
        assert server.accepted == 2


async def test_an_answer_that_ends_with_the_connection_is_whole(server: Any) -> None:
    async def old(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.0 200 OK\r\n\r\n{"orderId":"7"}')
        await writer.drain()
        writer.close()

    server.behaviours = [old]
    async with lane_to(server.url, connections=1) as lane:
        assert (await send(lane, server.url)).content == b'{"orderId":"7"}'
        assert (await send(lane, server.url)).status_code == 200
    assert server.accepted == 2


@pytest.mark.parametrize("noise", [b"\x00\xff garbage", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 101 Switching\r\n\r\nxx"])
async def test_what_is_not_http_is_no_answer(server: Any, noise: bytes) -> None:
    async def babble(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(noise)
        await writer.drain()
        writer.close()

    server.behaviours = [babble]
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure) as caught:
            await send(lane, server.url)
        assert caught.value.written


async def test_a_second_answer_to_one_request_is_never_taken_for_the_next(server: Any, answer: Answer) -> None:
    async def twice(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b'"mine"') + answer(b'"stray"'))

    async def own(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b'"next"'))

    server.behaviours = [twice, own]
    async with lane_to(server.url, connections=1) as lane:
        assert (await send(lane, server.url)).json() == "mine"
        assert (await send(lane, server.url)).json() == "next"
    assert server.accepted == 2


async def test_silence_ends_at_the_time_cap_and_the_late_answer_meets_nobody(server: Any, answer: Answer) -> None:
    release = asyncio.Event()

    async def late(request: bytes, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.write(answer(b'"late"'))

    server.behaviours = [late]
    async with lane_to(server.url, connections=1, timeout=0.05) as lane:
        with pytest.raises(TransportFailure, match="in time") as caught:
            await send(lane, server.url)
        assert caught.value.written
        release.set()
        assert (await send(lane, server.url, timeout={"read": 2.0})).json() == {}


async def test_a_cancelled_request_takes_its_connection_with_it(server: Any, until: Until, answer: Answer) -> None:
    async def never(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    server.behaviours = [never]
    async with lane_to(server.url, connections=1) as lane:
        task = asyncio.create_task(send(lane, server.url))
        await until(lambda: server.requests)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await send(lane, server.url)).status_code == 200


async def test_nothing_is_written_after_the_given_moment(server: Any) -> None:
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure, match="moment") as caught:
            await send(lane, server.url, **{WRITE_BY: SystemClock().monotonic() - 0.001})
        assert not caught.value.written
    assert server.requests == []


async def test_nothing_is_written_that_is_not_wanted_any_more(server: Any) -> None:
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure, match="wanted") as caught:
            await send(lane, server.url, **{WANTED: lambda: False})
        assert not caught.value.written
        assert (await send(lane, server.url, **{WANTED: lambda: True})).status_code == 200
    assert len(server.requests) == 1


async def test_a_third_request_waits_for_a_connection_and_none_is_pipelined(
    server: Any, until: Until, answer: Answer
) -> None:
    release = asyncio.Event()

    async def hold(request: bytes, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.write(answer())

    server.behaviours = [hold, hold, hold]
    async with lane_to(server.url) as lane:
        tasks = [asyncio.create_task(send(lane, server.url)) for _ in range(3)]
        await until(lambda: len(server.requests) == 2)
        release.set()
        await asyncio.gather(*tasks)
    assert len(server.requests) == 3
    assert server.accepted == 2


async def test_waiting_for_a_connection_is_bounded_and_counts_as_not_written(server: Any, until: Until) -> None:
    async def never(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    server.behaviours = [never]
    async with lane_to(server.url, connections=1) as lane:
        first = asyncio.create_task(send(lane, server.url))
        await until(lambda: server.requests)
        with pytest.raises(TransportFailure, match="free") as caught:
            await send(lane, server.url, timeout={"read": 0.03})
        assert not caught.value.written
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX: y", "http://elsewhere/", "/\x7f"])
async def test_a_target_that_would_bend_the_request_is_not_written(server: Any, target: str) -> None:
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure, match="encoded") as caught:
            await send(lane, server.url, target)
        assert not caught.value.written


async def test_it_leads_to_its_own_origin_only(server: Any) -> None:
    async with lane_to(server.url) as lane:
        with pytest.raises(TransportFailure, match="one address"):
            await send(lane, "http://127.0.0.1:1")


async def test_idle_connections_are_kept_warm_by_pings(server: Any, until: Until) -> None:
    async with lane_to(server.url, keep_warm=0.02):
        await until(lambda: server.pings >= 4)
    assert server.accepted == 2
    assert server.requests == []


async def test_a_closed_lane_refuses(server: Any) -> None:
    async with lane_to(server.url) as lane:
        pass
    with pytest.raises(TransportFailure, match="closed"):
        await send(lane, server.url)


async def test_a_tls_handshake_with_something_else_writes_nothing(server: Any) -> None:
    url = server.url.replace("http://", "https://")
    lane = Lane(MexcEndpoints(rest_url=url).rest, SystemClock(), tls_context(), connect_timeout=1.0)
    with pytest.raises(TransportFailure, match="No connection") as caught:
        await send(lane, url)
    assert not caught.value.written
    await lane.aclose()


def test_certificates_are_verified_by_the_systems_authorities() -> None:
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_an_urgent_request_gets_the_next_free_connection(server: Any, until: Until, answer: Answer) -> None:
    release = asyncio.Event()

    async def hold(request: bytes, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.write(answer())

    server.behaviours = [hold]
    async with lane_to(server.url, connections=1) as lane:
        tasks = [asyncio.create_task(send(lane, server.url, "/first"))]
        await until(lambda: server.requests)
        tasks += [asyncio.create_task(send(lane, server.url, f"/order{n}")) for n in range(2)]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(send(lane, server.url, "/cancel", **{URGENT: True})))
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(*tasks)
    assert [head.split()[1] for head in server.requests] == [b"/first", b"/cancel", b"/order0", b"/order1"]


async def test_connections_from_before_a_sleep_of_the_machine_are_not_trusted(
    server: Any, turned: Any, until: Until
) -> None:
    lane = Lane(MexcEndpoints(rest_url=server.url).rest, turned, connections=1, timeout=2.0)
    await lane.open()
    await until(lambda: server.accepted == 1)
    turned.step_wall(3_600_000)
    assert (await send(lane, server.url)).status_code == 200
    assert server.accepted == 2
    await lane.aclose()


async def test_a_lane_without_a_venue_keeps_trying_and_finds_it(server: Any, until: Until) -> None:
    await server.stop()
    async with lane_to(server.url) as lane:
        assert not lane.warm
        await server.start()
        await until(lambda: lane.warm)


async def test_bytes_that_nobody_asked_for_end_an_idle_connection(server: Any, until: Until, answer: Answer) -> None:
    async with lane_to(server.url, connections=1) as lane:
        await until(lambda: server.accepted == 1)
        server.connections[0].write(answer(b'"stray"'))
        await until(lambda: server.accepted == 2 and lane.warm)
        assert (await send(lane, server.url)).json() == {}


async def test_stray_bytes_that_arrived_just_before_the_write_are_noticed(
    server: Any, until: Until, answer: Answer
) -> None:
    async with lane_to(server.url, connections=1) as lane:
        await until(lambda: server.accepted == 1)
        server.connections[0].get_extra_info("socket")._sock.send(answer(b'"stray"'))
        assert (await send(lane, server.url)).json() == {}
        assert server.accepted == 2


async def test_a_connection_that_the_venue_closes_after_its_answer_is_not_used_again(
    server: Any, answer: Answer
) -> None:
    async def last(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"[1]", headers="Connection: close\r\n"))

    server.behaviours = [last]
    async with lane_to(server.url, connections=1) as lane:
        assert (await send(lane, server.url)).json() == [1]
        assert (await send(lane, server.url)).json() == {}
    assert server.accepted == 2


async def test_too_many_waiting_requests_are_turned_away_unwritten(server: Any, until: Until) -> None:
    async def never(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    server.behaviours = [never]
    async with lane_to(server.url, connections=1) as lane:
        tasks = [asyncio.create_task(send(lane, server.url))]
        await until(lambda: server.requests)
        tasks += [asyncio.create_task(send(lane, server.url)) for _ in range(MAX_WAITING)]
        await until(lambda: len(lane._waiters) == MAX_WAITING)
        with pytest.raises(TransportFailure, match="Too many") as caught:
            await send(lane, server.url)
        assert not caught.value.written
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [getattr(outcome, "written", None) for outcome in outcomes] == [True] + [False] * MAX_WAITING


async def test_a_ping_that_fails_leads_to_a_new_connection(server: Any, until: Until) -> None:
    server.deaf_to_pings = True
    async with lane_to(server.url, connections=1, keep_warm=0.02, timeout=0.05):
        await until(lambda: server.accepted >= 2)
        server.deaf_to_pings = False
        await until(lambda: server.pings)


async def test_a_connection_answers_for_itself_that_it_is_gone(server: Any, until: Until) -> None:
    freed: list[HttpConnection] = []
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: HttpConnection(SIZE_CAP, freed.append), "127.0.0.1", server.port
    )
    connection.abort()
    await until(lambda: freed)
    assert connection.closed
    assert not connection.stirring()
    connection.abort()
    connection.close()
    with pytest.raises(TransportFailure) as caught:
        await connection.request(b"GET / HTTP/1.1\r\n\r\n", 1.0)
    assert not caught.value.written
    assert server.requests == []


async def test_closing_while_connecting_leaves_nothing_open(server: Any, until: Until) -> None:
    lane = Lane(MexcEndpoints(rest_url=server.url).rest, SystemClock())
    task = asyncio.create_task(send(lane, server.url))
    await asyncio.sleep(0)
    await lane.aclose()
    with pytest.raises(TransportFailure, match="closed"):
        await task
    assert server.requests == []
    assert not lane.warm


async def test_who_waits_gets_the_connection_that_was_made_meanwhile(
    server: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, reached, made = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    connect = loop.create_connection

    async def slow(*args: Any, **options: Any) -> Any:
        reached.set()
        await made.wait()
        return await connect(*args, **options)

    monkeypatch.setattr(loop, "create_connection", slow)
    lane = Lane(MexcEndpoints(rest_url=server.url).rest, SystemClock(), connections=1, timeout=1.0)
    opening = asyncio.create_task(lane.open())
    await reached.wait()
    waiting = asyncio.create_task(send(lane, server.url))
    await asyncio.sleep(0)
    made.set()
    assert (await waiting).status_code == 200
    await opening
    await lane.aclose()
