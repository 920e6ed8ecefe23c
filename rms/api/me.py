"""Who the bearer of a token is."""

from flask import jsonify
from flask_login import current_user

from rms.api import room
from rms.policy import P
from rms.web.guard import requires, standing_of_company


@room.get("/me")
@requires(P.OWN_ACCOUNT)
def me():
    """The person, their company with how it stands with its plan, and when the session ends at the latest."""
    return jsonify(
        {
            "id": str(current_user.user_id),
            "email": current_user.email,
            "name": current_user.name,
            "role": current_user.role,
            "company": {
                "slug": current_user.slug,
                "name": current_user.company_name,
                "standing": standing_of_company(),
            },
            "session_ends_at": current_user.session_ends_at.isoformat(),
        }
    )
