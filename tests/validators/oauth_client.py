"""A standard OAuth 2.0 client library gets an access token in every way there is, and uses it.

It needs the server at SCIM_URL and the command ROSTER, whose settings are in the environment.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

# The server is on this machine, without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import RSAKey

BASE = os.environ["SCIM_URL"]
SITE = BASE.removesuffix("/scim/v2")
ROSTER = os.environ["ROSTER"]


def roster(*arguments):
    """What a command of the server answers."""
    return json.loads(subprocess.run([ROSTER, *arguments, "--json"], check=True, capture_output=True).stdout)


def check(name, session, endpoint, **more):
    """Gets a token, makes a user with it, finds the user and removes it."""
    session.fetch_token(endpoint, grant_type="client_credentials", **more)
    headers = {"Content-Type": "application/scim+json"}
    made = session.post(f"{BASE}/Users", json={"userName": name}, headers=headers)
    assert made.status_code == 201, made.text
    found = session.get(f"{BASE}/Users", params={"filter": f'userName eq "{name}"'})
    assert found.json()["totalResults"] == 1, found.text
    gone = session.delete(f"{BASE}/Users/{made.json()['id']}")
    assert gone.status_code == 204, gone.text
    print(f"passed: {name}")


def main():
    plain = OAuth2Session()
    # From the refusal of a request to the token endpoint, with nothing known but the address.
    refused = plain.request("GET", f"{BASE}/Users", withhold_token=True)
    assert refused.status_code == 401, refused.text
    place = refused.headers["WWW-Authenticate"].split('resource_metadata="')[1].split('"')[0]
    resource = plain.request("GET", place, withhold_token=True).json()
    assert resource["resource"] == BASE, resource
    (server,) = resource["authorization_servers"]
    place = f"{server}/.well-known/oauth-authorization-server"
    metadata = plain.request("GET", place, withhold_token=True).json()
    assert metadata["issuer"] == server == SITE, metadata
    endpoint = metadata["token_endpoint"]

    client = roster("client", "create", "--name", "authlib")
    for method in ["client_secret_basic", "client_secret_post"]:
        assert method in metadata["token_endpoint_auth_methods_supported"]
        known = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
        check(method, OAuth2Session(**known, token_endpoint_auth_method=method, scope="scim"), endpoint)

    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    for algorithm in ["RS256", "PS256"]:
        key = RSAKey.generate_key(2048)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"keys": [key.as_dict(private=False)]}, file)
            file.flush()
            signer = roster("client", "create", "--name", "signer", "--keys", file.name)
        session = OAuth2Session(
            client_id=signer["client_id"],
            client_secret=key.as_pem(private=True).decode(),
            token_endpoint_auth_method="private_key_jwt",
        )
        # The library's own hour is more than the ten minutes that are taken.
        claims = {"exp": int(time.time()) + 300}
        session.register_client_auth_method(PrivateKeyJWT(endpoint, claims=claims, alg=algorithm))
        check(f"private_key_jwt with {algorithm}", session, endpoint)


if __name__ == "__main__":
    sys.exit(main())
