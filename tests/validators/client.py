"""A walk through the server with scim2-client, a strict client.

The walk is ours; the judge is the client, which checks status, media type, schema and the returned
and mutability rules of every answer, and raises when one is broken.
"""

import os
import sys
import traceback

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Error, SearchRequest

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
TOWNS = ["Aarhus", "Bergen", "Cork", "Delft", "Evora", "Ferrara"]

http = httpx2.Client(
    base_url=os.environ["SCIM_URL"] + "/",
    headers={"Authorization": "Bearer " + os.environ["SCIM_TOKEN"]},
    timeout=60,
    trust_env=False,
)
scim = SyncSCIMClient(http)
passed = failed = 0


def check(title):
    """Runs the decorated function at once, as one step of the walk."""

    def run(step):
        global passed, failed
        try:
            step()
            passed += 1
        except Exception as error:  # whatever the client objects to is a failure of this step
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAILED {title}: {type(error).__name__}: {error!s:.400} (line {where.lineno})")
        return step

    return run


def same(found, wanted):
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


scim.discover()
User, Group = scim.get_resource_model("User"), scim.get_resource_model("Group")


def person(number):
    town = TOWNS[number]
    return {
        "schemas": [CORE + "User", ENTERPRISE],
        "userName": f"walker.{town}@example.net",
        "externalId": f"W-{number}",
        "displayName": f"Walker {town}",
        "title": "Surveyor" if number % 2 else "Mapmaker",
        "name": {"givenName": town, "familyName": "Walker"},
        "emails": [
            {"value": f"{town}@office.example", "type": "work", "primary": True},
            {"value": f"{town}@attic.example", "type": "home"},
        ],
        ENTERPRISE: {"department": f"Quarter {number // 2}", "employeeNumber": str(100 + number)},
    }


def create(number):
    user = scim.create(User, person(number))
    same(user.user_name, person(number)["userName"])
    return user


ids = [create(number).id for number in range(len(TOWNS))]


def found(filter, **more):
    answer = scim.query(User, query_parameters={"filter": filter, **more})
    return [user.name.given_name for user in answer.resources or []]


def change(kind, id, *operations):
    return scim.modify(kind, id, {"schemas": [PATCH], "Operations": list(operations)})


@check("the configuration announces what the walk uses")
def _():
    config = scim.provider.config
    same([config.patch.supported, config.filter.supported, config.sort.supported, config.etag.supported], [True] * 4)


@check("one user is read as it was created")
def _():
    user = scim.query(User, ids[3])
    same((user.id, user.external_id, user.emails[0].value), (ids[3], "W-3", "Delft@office.example"))


@check("an unknown id is 404, a taken name 409")
def _():
    missing = scim.query(User, "no-walker", raise_scim_errors=False)
    same((isinstance(missing, Error), missing.status), (True, 404))
    taken = scim.create(User, {**person(0), "userName": "WALKER.AARHUS@EXAMPLE.NET"}, raise_scim_errors=False)
    same((taken.status, taken.scim_type), (409, "uniqueness"))


for text, towns in [
    ('userName eq "WALKER.CORK@example.net"', ["Cork"]),
    ('externalId eq "W-4"', ["Evora"]),
    ('externalId eq "w-4"', []),
    ('name.givenName sw "b" or name.givenName sw "f"', ["Bergen", "Ferrara"]),
    ('title eq "surveyor" and not (displayName co "delft")', ["Bergen", "Ferrara"]),
    ('emails[type eq "home" and value sw "evora@"]', ["Evora"]),
    ('emails.value ew "@office.example"', TOWNS),
    (f'{ENTERPRISE}:department eq "quarter 1"', ["Cork", "Delft"]),
    (f'{CORE}User:userName co "AARHUS"', ["Aarhus"]),
    ('meta.created ge "2020-02-02T00:00:00+02:00" and active eq true', TOWNS),
    ('title ne "Surveyor"', ["Aarhus", "Cork", "Evora"]),
    ('nickName pr', []),
    ('name.givenName ge "e"', ["Evora", "Ferrara"]),
]:

    @check(f"filter {text}")
    def _():
        same(sorted(found(text)), towns)


@check("a broken filter is 400 invalidFilter")
def _():
    answer = http.get("Users", params={"filter": 'userName eq "a" and'})
    same((answer.status_code, answer.json()["scimType"], answer.json()["status"]), (400, "invalidFilter", "400"))


@check("lists are sorted both ways")
def _():
    same(found("externalId pr", sortBy="name.givenName", sortOrder="descending"), TOWNS[::-1])
    same(found("externalId pr", sortBy="title")[:3], ["Aarhus", "Cork", "Evora"])


@check("pages fit together")
def _():
    seen = []
    for start in (1, 3, 5, 7):
        page = scim.query(User, query_parameters={"startIndex": start, "count": 2, "sortBy": "userName"})
        same(page.total_results, len(TOWNS))
        seen += [user.id for user in page.resources or []]
    same(seen, ids)
    same(scim.query(User, query_parameters={"count": 0}).total_results, len(TOWNS))


@check("attributes and excludedAttributes choose what is shown")
def _():
    shown = scim.query(User, ids[0], query_parameters={"attributes": ["displayName"]})
    same((shown.display_name, shown.user_name, shown.emails), ("Walker Aarhus", None, None))
    shown = scim.query(User, ids[0], query_parameters={"excludedAttributes": ["emails", "name.familyName"]})
    same((shown.emails, shown.name.family_name, shown.name.given_name), (None, None, "Aarhus"))


@check("a search by POST is a search")
def _():
    same(scim.search(User, SearchRequest(filter='title eq "mapmaker"', count=1)).total_results, 3)
    same(scim.search(SearchRequest(filter='displayName eq "walker cork"')).resources[0].id, ids[2])


@check("a replaced user has what was sent and not what was left out")
def _():
    user = scim.query(User, ids[1])
    user.title, user.nick_name = None, "Nordic"
    answer = scim.replace(user)
    same((answer.title, answer.nick_name, answer.active), (None, "Nordic", True))


@check("PATCH without a path merges")
def _():
    user = change(User, ids[2], {"op": "replace", "value": {"title": "Retired", "active": False}})
    same((user.title, user.active, user.display_name), ("Retired", False, "Walker Cork"))


@check("PATCH by value path changes one element")
def _():
    user = change(User, ids[2], {"op": "replace", "path": 'emails[type eq "home"].value', "value": "new@attic.example"})
    same(sorted(mail.value for mail in user.emails), ["Cork@office.example", "new@attic.example"])


@check("PATCH by value path makes an element that is not there")
def _():
    user = change(User, ids[2], {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "555-0199"})
    same([(phone.type, phone.value) for phone in user.phone_numbers], [("mobile", "555-0199")])


@check("PATCH adds and removes in one request")
def _():
    user = change(
        User,
        ids[2],
        {"op": "remove", "path": 'emails[type eq "home"]'},
        {"op": "add", "path": "emails", "value": [{"value": "extra@x.example", "type": "other"}]},
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Harbour"},
        {"op": "remove", "path": "title"},
    )
    same(sorted(mail.type for mail in user.emails), ["other", "work"])
    same((user.title, user[ENTERPRISE].department), (None, "Harbour"))


@check("a refused PATCH changes nothing")
def _():
    before = http.get(f"Users/{ids[2]}").json()
    refused = scim.modify(
        User,
        ids[2],
        {
            "schemas": [PATCH],
            "Operations": [
                {"op": "replace", "path": "title", "value": "Never"},
                {"op": "replace", "path": "noSuchAttribute", "value": "x"},
            ],
        },
        check_request_payload=False,
        raise_scim_errors=False,
    )
    same((refused.status, refused.scim_type), (400, "invalidPath"))
    same(http.get(f"Users/{ids[2]}").json(), before)


group = scim.create(Group, {"schemas": [CORE + "Group"], "displayName": "Walkers", "members": [{"value": ids[0]}]})


def members():
    return sorted(member.value for member in scim.query(Group, group.id).members or [])


@check("members are added, once each")
def _():
    for _ in range(2):
        change(Group, group.id, {"op": "add", "path": "members", "value": [{"value": ids[1]}, {"value": ids[2]}]})
    same(members(), sorted(ids[:3]))


@check("members are removed by value path and by list")
def _():
    change(Group, group.id, {"op": "remove", "path": f'members[value eq "{ids[1]}"]'})
    http.patch(
        f"Groups/{group.id}",
        json={"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members", "value": [{"value": ids[2]}]}]},
    ).raise_for_status()
    same(members(), [ids[0]])


@check("a member knows its groups, a group is found by member")
def _():
    same([entry.value for entry in scim.query(User, ids[0]).groups], [group.id])
    hits = scim.query(Group, query_parameters={"filter": f'members[value eq "{ids[0]}"]'})
    same([hit.id for hit in hits.resources], [group.id])
    same(scim.query(Group, group.id, query_parameters={"excludedAttributes": ["members"]}).members, None)


@check("a nested group is a member too")
def _():
    outer = scim.create(
        Group, {"schemas": [CORE + "Group"], "displayName": "All walkers", "members": [{"value": group.id}]}
    )
    same([(member.value, member.type) for member in outer.members], [(group.id, "Group")])
    same(sorted(entry.type for entry in scim.query(User, ids[0]).groups), ["direct", "indirect"])


@check("versions spare a read and refuse an overtaken write")
def _():
    tag = scim.query(User, ids[4]).meta.version
    same(http.get(f"Users/{ids[4]}", headers={"If-None-Match": tag}).status_code, 304)
    change(User, ids[4], {"op": "replace", "path": "title", "value": "Newer"})
    late = http.put(f"Users/{ids[4]}", json=person(4), headers={"If-Match": tag})
    same((late.status_code, late.json()["status"]), (412, "412"))


@check("a deleted user is gone, also from its groups")
def _():
    scim.delete(User, ids[0])
    same(scim.query(User, ids[0], raise_scim_errors=False).status, 404)
    same(members(), [])
    scim.create(User, person(0))


print(f"scim2-client: {passed} passed, {failed} failed")
sys.exit(1 if failed or passed < 20 else 0)
