"""Row 18: access tokens that we did not make. Every one of them hears the same."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from rms.crypto import access_token
from rms.crypto.keys import ring
from tests.api.conftest import assert_problem

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
HEADER = {"alg": "HS256", "typ": "JWT"}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def spelled(header: dict, claims: dict, key: bytes | None) -> str:
    """A token put together by hand, so that no library refuses to make it."""
    body = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{body}.{b64(hmac.digest(key, body.encode(), hashlib.sha256)) if key is not None else ''}"


class Forger:
    """Knows a right token and all that is public; some of the forgeries also grant it our key."""

    def __init__(self, right: str, rival: str) -> None:
        self.right, self.rival = right, rival
        self.claims = jwt.decode(right, options={"verify_signature": False})
        self.theirs = jwt.decode(rival, options={"verify_signature": False})
        self.kid = ring().newest
        self.key = ring().key(access_token.PURPOSE, self.kid)

    def ours(self, *, header: dict | None = None, without: str = "", **changed) -> str:
        """With the right key: only what is changed can be the reason."""
        claims = {name: value for name, value in {**self.claims, **changed}.items() if name != without}
        return spelled({**HEADER, "kid": self.kid, **(header or {})}, claims, self.key)

    def rs256(self) -> str:
        return jwt.encode(self.claims, PEM, algorithm="RS256", headers={"kid": self.kid})


NOW = int(dt.datetime.now(dt.UTC).timestamp())
FORGED = {
    "alg none": lambda f: spelled({"alg": "none", "typ": "JWT", "kid": f.kid}, f.claims, None),
    "alg None spelled oddly": lambda f: spelled({"alg": "nOnE", "typ": "JWT", "kid": f.kid}, f.claims, None),
    "alg none with our signature": lambda f: f.ours(header={"alg": "none"}),
    "no alg": lambda f: f.ours(header={"alg": None}),
    "RS256": lambda f: f.rs256(),
    "RS256 said, HS256 with the public key": lambda f: spelled(
        {"alg": "RS256", "typ": "JWT", "kid": f.kid}, f.claims, PUBLIC_PEM
    ),
    "HS256 with the public key": lambda f: spelled({**HEADER, "kid": f.kid}, f.claims, PUBLIC_PEM),
    "HS512 with our key": lambda f: jwt.encode(
        f.claims, f.key * 2, algorithm="HS512", headers={"kid": f.kid}
    ),
    "kid is a path": lambda f: spelled({**HEADER, "kid": "../../../../dev/null"}, f.claims, b""),
    "kid is empty": lambda f: spelled({**HEADER, "kid": ""}, f.claims, b""),
    "kid is a statement": lambda f: spelled({**HEADER, "kid": "x' UNION SELECT 'k"}, f.claims, b"k"),
    "kid is a list": lambda f: f.ours(header={"kid": ["t1"]}),
    "kid is an object": lambda f: f.ours(header={"kid": {"t1": 1}}),
    "no kid": lambda f: spelled(HEADER, f.claims, f.key),
    "jku": lambda f: jwt.encode(
        f.claims, PEM, algorithm="RS256", headers={"kid": "evil", "jku": "https://evil.example/keys.json"}
    ),
    "jwk": lambda f: spelled(
        {**HEADER, "kid": "evil", "jwk": {"kty": "oct", "k": b64(b"k" * 32)}}, f.claims, b"k" * 32
    ),
    "x5u and our kid": lambda f: spelled(
        {**HEADER, "kid": f.kid, "x5u": "https://evil.example/c.pem"}, f.claims, b"k" * 32
    ),
    "crit": lambda f: f.ours(header={"crit": ["evil"], "evil": True}),
    "another key": lambda f: spelled({**HEADER, "kid": f.kid}, f.claims, b"k" * 32),
    "a key of ours for another purpose": lambda f: spelled(
        {**HEADER, "kid": f.kid}, f.claims, ring().key("csrf", f.kid)
    ),
    "expired": lambda f: f.ours(exp=NOW - 60, iat=NOW - 660, nbf=NOW - 660),
    "expires never": lambda f: f.ours(without="exp"),
    "not yet": lambda f: f.ours(nbf=NOW + 3_600),
    "issued in the future": lambda f: f.ours(iat=NOW + 3_600),
    "audience of the web": lambda f: f.ours(aud="rms-web"),
    "both audiences": lambda f: f.ours(aud=["rms-api", "rms-web"]),
    "no audience": lambda f: f.ours(without="aud"),
    "another issuer": lambda f: f.ours(iss="https://evil.example"),
    "no issuer": lambda f: f.ours(without="iss"),
    "another type": lambda f: f.ours(typ="refresh"),
    "no type": lambda f: f.ours(without="typ"),
    "the subject is a number": lambda f: f.ours(sub=1),
    "no subject": lambda f: f.ours(without="sub"),
    "no session": lambda f: f.ours(without="sid"),
    "the session is a list": lambda f: f.ours(sid=["x"]),
    "a session nobody has": lambda f: f.ours(sid=uuid4().hex),
    "the rival's tenant": lambda f: f.ours(tid=f.theirs["tid"]),
    "the rival's session in our tenant": lambda f: f.ours(sid=f.theirs["sid"]),
    "our claims under the rival's signature": lambda f: ".".join(
        [*f.right.split(".")[:2], f.rival.split(".")[2]]
    ),
    "signature cut": lambda f: f.right[:-4],
    "signature gone": lambda f: f.right.rpartition(".")[0] + ".",
    "no third part": lambda f: f.right.rpartition(".")[0],
    "a fourth part": lambda f: f"{f.right}.x",
    "no token": lambda f: "",
    "no JSON": lambda f: f"{b64(b'{')}.{b64(b'{')}.{b64(b'x')}",
    "letters that are no base64": lambda f: "é.é.é",
    "claims are a list": lambda f: spelled({**HEADER, "kid": f.kid}, [], f.key),
}


@pytest.fixture
def forger(program, nilgiri, sahyadri) -> Forger:
    tokens = [program.sign_in(company.admin)["access_token"] for company in (nilgiri, sahyadri)]
    return Forger(*tokens)


def test_the_right_token_and_the_same_spelled_by_hand_open(program, forger):
    """Or the forgeries below would prove nothing."""
    assert program.get("/me", forger.right).status_code == 200
    assert program.get("/me", forger.ours()).status_code == 200


@pytest.mark.parametrize("name", FORGED)
def test_row_18_a_forged_token_opens_nothing(program, forger, name):
    reply = program.get("/me", FORGED[name](forger))
    told = assert_problem(reply, 401)
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    without = assert_problem(program.get("/me"), 401)
    assert {**told, "instance": ""} == {**without, "instance": ""}, "the same as for no token at all"


@pytest.mark.parametrize(
    "header", ["Basic dXNlcjpwYXNz", "bearer", "Bearer", "Token x", "Bearer Bearer x", "\tx"]
)
def test_row_18_another_scheme_opens_nothing(program, header):
    assert_problem(program.get("/me", Authorization=header), 401)


def test_row_18_a_user_of_another_name_in_the_token_changes_nothing(program, nilgiri, forger):
    """Who it is stands in the row of the session; the token's own word for it is not believed."""
    reply = program.get("/me", forger.ours(sub=nilgiri.user.id.hex, role="admin"))
    assert reply.json["email"] == nilgiri.admin.email
