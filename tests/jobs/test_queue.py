"""Whoever writes to Redis can queue our own jobs, and nothing else whatsoever."""

import http.server
import json
import pickle
import subprocess
import threading
import zlib
from uuid import uuid4

import pytest
from redis.exceptions import RedisError
from rq.job import Job
from rq.serializers import JSONSerializer

from rms import queue
from rms.db.session import tenant_scope
from rms.jobs.worker import make_worker


class Bomb:
    """Runs a command where it is unpickled."""

    def __init__(self, proof: str) -> None:
        self.proof = proof

    def __reduce__(self):
        return subprocess.call, (["touch", self.proof],)


def work(ours) -> None:
    """Do everything that is queued, in this process's own children, and return."""
    make_worker(ours).work(burst=True, logging_level="CRITICAL")


def push(redis, job_id: str, payload: bytes, **fields) -> None:
    """Queue a job as an intruder would, past our own functions."""
    redis.hset(f"rq:job:{job_id}", mapping={"data": zlib.compress(payload), "origin": "rms", **fields})
    redis.rpush("rq:queue:rms", job_id)


def called(name: str, *args: str) -> bytes:
    return json.dumps([name, None, args, {}]).encode()


def fetch(redis, job_id: str) -> Job:
    return Job.fetch(job_id, connection=redis, serializer=JSONSerializer)


def status_of(redis, job_id: str) -> str:
    return fetch(redis, job_id).get_status()


def test_it_runs_our_jobs_by_name(ours, firm, postbox):
    mail_id = firm.post()
    assert queue.queued_ids() == {str(mail_id)}
    work(ours)
    assert queue.queued_ids() == set()
    assert postbox.ids == [firm.mail(mail_id).message_id]


@pytest.mark.parametrize("name", ["os.system", "builtins.print", "rms.jobs.emails.deliver_mail", ""])
def test_a_foreign_name_is_refused(ours, redis, tmp_path, name):
    proof = tmp_path / "ran"
    push(redis, "intruder", called(name, f"touch {proof}"))
    work(ours)
    assert not proof.exists()
    assert status_of(redis, "intruder") == "failed"
    assert (
        "RefusedJob"
        in Job.fetch("intruder", connection=redis, serializer=JSONSerializer).latest_result().exc_string
    )


def test_a_method_of_an_instance_is_refused(ours, redis):
    push(redis, "intruder", json.dumps(["upper", "text", [], {}]).encode())
    work(ours)
    assert status_of(redis, "intruder") == "failed"


def test_a_pickle_is_refused_and_the_worker_goes_on(ours, redis, firm, postbox, tmp_path):
    proof = tmp_path / "ran"
    payload = pickle.dumps(Bomb(str(proof)))
    pickle.loads(payload)
    assert proof.exists()  # it does go off where pickles are read
    proof.unlink()
    push(redis, "intruder", payload)
    firm.post()
    work(ours)
    assert not proof.exists()
    assert len(postbox.letters) == 1


@pytest.mark.parametrize("moment", ["success", "failure", "stopped"])
def test_a_job_that_names_a_callback_is_refused_whole(ours, redis, firm, postbox, moment, capfd):
    mail_id = firm.post()
    redis.hset(f"rq:job:{mail_id}", f"{moment}_callback_name", "builtins.print")
    work(ours)
    assert postbox.letters == []
    assert status_of(redis, str(mail_id)) == "failed"
    assert "Job(" not in capfd.readouterr().out  # what print would have printed


def test_a_job_that_names_a_webhook_is_refused_and_posts_nothing(ours, redis, firm, postbox):
    posts = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            posts.append(self.path)
            self.send_response(200)
            self.end_headers()

    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        mail_id = firm.post()
        hooks = [{"url": url, "job_status": status} for status in ("finished", "failed")]
        redis.hset(f"rq:job:{mail_id}", "webhooks", json.dumps(hooks))
        work(ours)
        server.shutdown()
    assert posts == [] and postbox.letters == []


def test_a_job_holds_ids_and_nothing_else(redis, firm):
    mail_id = firm.post("priya@nilgirifs.example")
    held = redis.hgetall(f"rq:job:{mail_id}")
    assert json.loads(zlib.decompress(held[b"data"])) == [
        "deliver_mail",
        None,
        [str(firm.tenant_id), str(mail_id)],
        {},
    ]
    assert b"priya" not in b"".join(held.values()) + zlib.decompress(held[b"data"])


def test_a_finished_mail_leaves_nothing_in_redis(ours, redis, firm):
    mail_id = firm.post()
    work(ours)
    assert not redis.exists(f"rq:job:{mail_id}")


def test_a_rollback_queues_nothing(redis, firm):
    class Changed(Exception):
        pass

    with pytest.raises(Changed), tenant_scope(firm.tenant_id):
        firm.post_here("priya@nilgirifs.example")
        raise Changed
    assert redis.keys("rq:*") == []
    assert firm.states() == []


def test_redis_being_down_fails_no_request(ours, firm, caplog):
    queue.configure("redis://127.0.0.1:9/0")
    mail_id = firm.post()
    assert firm.mail(mail_id).state == "queued"
    assert "the sweeper will find it" in caplog.text


def test_a_redis_that_is_down_is_noticed_by_who_asks(ours):
    queue.configure("redis://127.0.0.1:9/0")
    with pytest.raises(RedisError):
        queue.queued_ids()


def test_once_means_once_for_as_long_as_it_is_known(ours, redis):
    job_id = f"overdue-{uuid4()}-20261122"
    assert queue.enqueue_once("sweep_overdue", uuid4(), job_id=job_id, seconds_known=60)
    assert not queue.enqueue_once("sweep_overdue", uuid4(), job_id=job_id, seconds_known=60)
    assert queue.queued_ids() == {job_id}
    assert queue.unknown([job_id, "other"]) == {"other"}
