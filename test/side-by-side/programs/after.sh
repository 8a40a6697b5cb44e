#!/usr/bin/env bash
# What a script expects of a profile in which two connections were signed in: both can be chosen, the settings
# and the extension are still there, and one of them can sign out.
set -euo pipefail
az group list --output none
az account set --subscription "$HUB_SUBSCRIPTION"
test "$(az account show --query user.name --output tsv)" = "$HUB_CLIENT"
az group list --output none
test "$(az config get defaults.location --query value --output tsv)" = northeurope
az probe certificate --output none
az logout --username "$HUB_CLIENT"
