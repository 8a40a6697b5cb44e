#!/usr/bin/env bash
# What scripts do to a profile between two sign-ins: settings, an extension, a sign-in of their own, and another
# default.
set -euo pipefail
az config set defaults.location=northeurope --only-show-errors
az extension add --source session_probe-1.0.0-py3-none-any.whl --yes --only-show-errors
CONNECTION_ID=$SCRIPT_ID CLIENT=$SCRIPT_CLIENT node sign-in.mjs
az account set --subscription "$SUBSCRIPTION"
