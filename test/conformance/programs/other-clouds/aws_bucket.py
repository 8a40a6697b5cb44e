"""Lists a bucket once a second with boto3."""

import os
import time

import boto3

client = boto3.client("s3")
until = time.monotonic() + float(os.environ["PLAY_SECONDS"])
while True:
    client.list_objects_v2(Bucket="contoso-state")
    time.sleep(1)
    if time.monotonic() > until:
        break
