"""Work after a reply: neither the reply nor the next request on its connection waits for it (row 21)."""

import threading

from flask import Response

from rms.web import afterwards as put_off
from rms.web.afterwards import afterwards


def test_row_21_who_closes_the_reply_does_not_wait_for_the_work():
    let_go, done = threading.Event(), []
    reply = afterwards(Response("sent"), lambda: done.append(let_go.wait(20)))
    reply.close()
    assert done == [], "closing came back while the work was going on"
    let_go.set()
    put_off.finish()
    assert done == [True]


def test_it_begins_only_when_the_reply_is_closed():
    done = []
    reply = afterwards(Response("sent"), lambda: done.append("work"))
    put_off.finish()
    assert done == []
    reply.close()
    put_off.finish()
    assert done == ["work"]


def test_what_fails_is_logged_and_the_next_is_done(caplog):
    done = []

    def fail() -> None:
        raise RuntimeError("the database is away")

    for _ in range(put_off.MOST_WAITING + 1):
        afterwards(Response("sent"), fail).close()
    afterwards(Response("sent"), lambda: done.append("work")).close()
    put_off.finish()
    assert done == ["work"]
    assert caplog.text.count("work after a reply failed") == put_off.MOST_WAITING + 1


def test_a_flood_waits_for_its_turn_and_loses_nothing():
    let_go, done = threading.Event(), []

    def send_all() -> None:
        for number in range(put_off.MOST_WAITING * 2):
            afterwards(Response("sent"), lambda number=number: done.append((number, let_go.wait(20)))).close()

    flood = threading.Thread(target=send_all)
    flood.start()
    flood.join(timeout=0.3)
    assert flood.is_alive(), "beyond the places the sender waits"
    let_go.set()
    flood.join(timeout=20)
    put_off.finish()
    assert [number for number, _ in done] == list(range(put_off.MOST_WAITING * 2))
