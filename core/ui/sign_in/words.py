"""Every word of signing in; names in braces are filled in with `str.format`."""

from core.language.lookup import looked_up

# Side bar
PASSWORD = "Password"
SIGN_IN = "Sign in"
SIGN_OUT = "Sign out"
SIGN_IN_FIRST = "Sign in first."
SIGN_IN_MISSING = (
    "This server can be reached from other machines, so people must sign in, and nobody can yet. Name a sign-in "
    "service in .streamlit/secrets.toml, or let people in with `python -m core.people add NAME`; "
    "docs/server.md tells how."
)
SIGN_IN_ELSEWHERE = (
    "This form was sent by a page of another server; open the sign-in page here and try again."
)
SIGN_IN_WRONG = "Name or password is wrong."
SIGN_IN_WAIT = "There were too many wrong passwords; try again in {seconds} s."
SIGN_IN_SERVICE = "Sign in to see the images of this workspace."
SIGN_IN_ENDED = "Your session has ended. Sign in again; what you drew is kept."
NOT_LISTED = "{name} is signed in, but not on the list of this workspace. Ask an admin to add you."
YOUR_ROLE = "You work here as {role}."
ROLES = {"reader": "reader", "reviewer": "reviewer", "admin": "admin"}

looked_up(__name__)
