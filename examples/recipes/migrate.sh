#!/usr/bin/env bash
# Reads an access token from the file that is named behind --access-token-file, as some tools do.
set -euo pipefail
[ "$1" = --access-token-file ]
test -s "$2"
echo "The access token has $(wc -c < "$2") characters."
