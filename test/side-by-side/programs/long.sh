#!/usr/bin/env bash
# One command that lasts longer than the tokens with which it began, then a new process for a second resource,
# and two at once.
set -euo pipefail
az group create --name shop --location westeurope --output none
az deployment group create --resource-group shop --template-file template.json --output none
az rest --resource https://graph.microsoft.com --url https://graph.microsoft.com/v1.0/organization --output none
az group list --output none &
az group list --output none
wait -n
