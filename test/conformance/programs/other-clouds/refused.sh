#!/usr/bin/env bash
# refused.sh NAME COMMAND…: runs a command that must fail, and prints in one line what it said.
name=$1
shift
if said=$("$@" 2>&1); then
  echo "$name was let in" >&2
  exit 1
fi
echo "$name: $(tr '\n' ' ' <<< "$said")"
