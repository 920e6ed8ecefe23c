"""An admin turns off the second factor of somebody who has lost phone and codes."""

from uuid import UUID

from flask_babel import gettext
from flask_login import current_user

from rms.actions import second_factor
from rms.domain.errors import DomainError
from rms.policy import P
from rms.rooms.people import room
from rms.rooms.people.views import done, refused
from rms.web.clock import now
from rms.web.guard import requires


@room.post("/c/<slug>/users/<uuid:user_id>/second-factor/off")
@requires(P.USERS_MANAGE, fresh=True)
def turn_off_factor(user_id: UUID):
    try:
        user = second_factor.take_away(user_id, by=current_user.user_id, now=now())
    except DomainError as error:
        return refused(user_id, error)
    told = gettext("%(name)s is signed out and comes in with the password alone.", name=user.full_name)
    return done(told, user)
