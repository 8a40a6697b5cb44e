"""Reads the subscription once a second with one of the credentials of azure-identity."""

import os
import sys
import time

from azure.core import PipelineClient
from azure.core.rest import HttpRequest
from azure.identity import (
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

MANAGER = "https://management.azure.com"
PATH = f"/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}?api-version=2022-12-01"


def credential_maker(kind):
    """A credential keeps what it read from the token file for ten minutes, longer than a token
    lives here: those that read it are made anew for each request, the managed identity once."""
    if kind == "managed":
        credential = ManagedIdentityCredential(client_id=os.environ["AZURE_CLIENT_ID"])
        return lambda: credential
    return {"default": DefaultAzureCredential, "workload": WorkloadIdentityCredential}[kind]


credential_now = credential_maker(sys.argv[1])
client = PipelineClient(MANAGER)
until = time.monotonic() + float(os.environ["PLAY_SECONDS"])
while time.monotonic() < until:
    token = credential_now().get_token(f"{MANAGER}/.default").token
    request = HttpRequest("GET", MANAGER + PATH, headers={"Authorization": f"Bearer {token}"})
    client.send_request(request).raise_for_status()
    time.sleep(1)
