"""scim-sanity, the strict probe of a server's whole life cycle; a warning counts as a failure."""

import collections
import json
import os
import pathlib
import subprocess
import sys

probe = subprocess.run(
    [
        pathlib.Path(sys.executable).with_name("scim-sanity"),
        "probe",
        os.environ["SCIM_URL"],
        "--token",
        os.environ["SCIM_TOKEN"],
        "--i-accept-side-effects",
        "--strict",
        "--json-output",
    ],
    capture_output=True,
    text=True,
)
try:
    results = json.loads(probe.stdout)["results"]
except (ValueError, KeyError):
    sys.exit(f"scim-sanity gave no results:\n{probe.stdout}\n{probe.stderr}")

counts = collections.Counter()
for result in results:
    status = result["status"].lower()
    counts[status] += 1
    if status not in ("pass", "skip"):
        print(f"{status.upper()} {result.get('phase', '')} {result['name']}: {result.get('message', '')}")
bad = sum(number for status, number in counts.items() if status not in ("pass", "skip"))
print(f"scim-sanity: {counts['pass']} passed, {bad} failed, {counts['skip']} skipped")
# A probe that broke off early must not look like success.
sys.exit(0 if bad == 0 and counts["pass"] >= 20 else 1)
