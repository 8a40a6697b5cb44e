#!/usr/bin/env bash
# Reads a secret of a vault. The access token goes through a pipe, since everyone sees arguments.
set -euo pipefail
curl --silent --fail --header @<(printf 'Authorization: Bearer %s' "$VAULT_TOKEN") \
  'https://contoso.vault.azure.net/secrets/greeting?api-version=7.4' | grep --count '"value"'
