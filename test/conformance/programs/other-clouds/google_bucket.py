"""Lists a bucket once a second with google-auth."""

import os
import time

import google.auth
from google.auth.transport.requests import AuthorizedSession

SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"

credentials, _ = google.auth.default(scopes=[SCOPE])
session = AuthorizedSession(credentials)
until = time.monotonic() + float(os.environ["PLAY_SECONDS"])
while True:
    session.get("https://storage.googleapis.com/storage/v1/b/contoso-state/o").raise_for_status()
    time.sleep(1)
    if time.monotonic() > until:
        break
