from dataclasses import replace

import jwt
import pytest

from token_server import problems
from token_server.invitations import Invitation, read_invitation, sign_invitation
from token_server.problems import Kind, ProblemError
from token_server.tokens import find_identity, make_token
from wire.dispatch import DispatchMetadata
from wire.roles import derive_key

pytestmark = pytest.mark.unit

SECRET = "unit-test-secret-unit-test-secret-0123"
NOW_MS = 1_800_000_000_000
INVITATION = Invitation(
    id="abc",
    room_name="demo",
    room_created_at_ms=NOW_MS,
    role="guest",
    name="Ben",
    expires_at_ms=NOW_MS + 3_600_000,
)


def refused(text: str, *, secret: str = SECRET, now_ms: int = NOW_MS) -> Kind:
    with pytest.raises(ProblemError) as error:
        read_invitation(secret, text, now_ms=now_ms)
    assert error.value.remedy
    assert text not in error.value.detail
    return error.value.kind


def test_an_invitation_says_what_was_signed() -> None:
    text = sign_invitation(SECRET, INVITATION, now_ms=NOW_MS)

    assert read_invitation(SECRET, text, now_ms=NOW_MS) == INVITATION


def test_an_invitation_ends_when_it_says_so() -> None:
    text = sign_invitation(SECRET, INVITATION, now_ms=NOW_MS)

    assert read_invitation(SECRET, text, now_ms=INVITATION.expires_at_ms - 1)
    assert refused(text, now_ms=INVITATION.expires_at_ms) == problems.INVITATION_EXPIRED


def test_an_invitation_signed_with_another_secret_is_forged() -> None:
    text = sign_invitation("x" * 40, INVITATION, now_ms=NOW_MS)

    assert refused(text) == problems.INVITATION_FORGED


def test_a_guest_cannot_make_an_invitation_say_host() -> None:
    header, _, signature = sign_invitation(SECRET, INVITATION, now_ms=NOW_MS).split(".")
    host = sign_invitation("x" * 40, replace(INVITATION, role="host"), now_ms=NOW_MS)

    assert refused(f"{header}.{host.split('.')[1]}.{signature}") == problems.INVITATION_FORGED


def test_an_unsigned_invitation_is_forged() -> None:
    claims = jwt.decode(
        sign_invitation(SECRET, INVITATION, now_ms=NOW_MS), options={"verify_signature": False}
    )

    assert refused(jwt.encode(claims, "", algorithm="none")) == problems.INVITATION_FORGED


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "x" * 5000, "\x00"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as error:
        read_invitation(SECRET, text, now_ms=NOW_MS)

    assert error.value.kind == problems.INVITATION_FORGED


def test_a_token_of_the_media_server_is_no_invitation() -> None:
    identity = find_identity(SECRET, INVITATION, None)
    text = make_token(
        "key",
        SECRET,
        INVITATION,
        identity=identity,
        name="Ben",
        metadata=DispatchMetadata(),
        max_people=2,
    )

    assert refused(text) == problems.INVITATION_OTHER_TOKEN


def test_something_else_signed_with_our_key_is_no_invitation() -> None:
    key = derive_key(SECRET, "invitation")
    other = jwt.encode({"aud": "other", "exp": 1, "jti": "x"}, key, algorithm="HS256")
    bare = jwt.encode({"aud": "sidenote-invitation"}, key, algorithm="HS256")

    assert refused(other) == problems.INVITATION_OTHER_TOKEN
    assert refused(bare) == problems.INVITATION_OTHER_TOKEN


@pytest.mark.parametrize(
    "change", [{"role": "owner"}, {"room": 1}, {"name": None}, {"created": "x"}, {"role": None}]
)
def test_claims_of_another_shape_are_refused(change: dict[str, object]) -> None:
    text = sign_invitation(SECRET, INVITATION, now_ms=NOW_MS)
    claims = jwt.decode(text, options={"verify_signature": False})
    key = derive_key(SECRET, "invitation")

    assert refused(jwt.encode(claims | change, key, algorithm="HS256")) == (
        problems.INVITATION_FORGED
    )
