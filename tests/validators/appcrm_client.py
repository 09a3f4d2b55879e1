"""Walks through the life of a user with the client that openapi-python-client generated from appcrm.json."""

import compileall
import os
import pathlib
import sys

import appcrm
from appcrm import AuthenticatedClient
from appcrm.api.profile import get_me
from appcrm.api.users import create_user, delete_user, get_user, search_users, update_user
from appcrm.models import (
    CreateUser,
    CreateUserDateFormat,
    CreateUserTimeFormat,
    UpdateUser,
    UpdateUserDateFormat,
    UpdateUserTimeFormat,
)

if not compileall.compile_dir(pathlib.Path(appcrm.__file__).parent, quiet=1):
    sys.exit("the generated client does not compile")

client = AuthenticatedClient(
    base_url=os.environ["APPCRM_URL"],
    token=os.environ["APPCRM_TOKEN"],
    httpx_args={"trust_env": False},
    timeout=30,
)


def ask(operation, status, **arguments):
    """The parsed answer, which must have this status."""
    answer = operation.sync_detailed(client=client, **arguments)
    if answer.status_code != status:
        sys.exit(f"{operation.__name__}: {answer.status_code} instead of {status}: {answer.content[:600]!r}")
    return answer.parsed


def found():
    return [user.id for user in ask(search_users, 200, q="grace@example.com")]


def change(user, active):
    body = UpdateUser(
        name=user.name,
        email=user.email,
        timezone=user.timezone,
        date_format=UpdateUserDateFormat(user.date_format),
        time_format=UpdateUserTimeFormat(user.time_format),
        locale=user.locale,
        active=active,
    )
    return ask(update_user, 200, id=str(user.id), body=body)


made = ask(
    create_user,
    201,
    body=CreateUser(
        name="Grace Hopper",
        email="grace@example.com",
        timezone="America/New_York",
        date_format=CreateUserDateFormat("F j, Y"),
        time_format=CreateUserTimeFormat("G:i A"),
        password="nanosecond",
        password_confirmation="nanosecond",
    ),
)
assert made.active and made.name == "Grace Hopper", made
assert found() == [made.id]
assert not change(made, active=False).active
assert not ask(get_user, 200, id=str(made.id)).active
assert found() == [made.id], "a user that is not active is kept"
again = change(made, active=True)
assert again.active and again.name == made.name and again.time_format == made.time_format, again
ask(get_me, 403)
ask(delete_user, 204, id=str(made.id))
ask(get_user, 404, id=str(made.id))
assert found() == []
print("generated client: create, search, deactivate, activate, delete passed")
