"""Lists the resource groups of the subscription (pip install azure-identity azure-mgmt-resource)."""

import os

from azure.identity import DefaultAzureCredential
from azure.mgmt.resource import ResourceManagementClient

client = ResourceManagementClient(DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"])
for group in client.resource_groups.list():
    print(group.name)
