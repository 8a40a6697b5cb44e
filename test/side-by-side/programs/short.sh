#!/usr/bin/env bash
# Two processes at once, for two resources, until the given number of seconds is over.
set -euo pipefail
until ((SECONDS > $1)); do
  az group list --output none &
  az rest --resource https://graph.microsoft.com --url https://graph.microsoft.com/v1.0/organization --output none
  wait -n
done
