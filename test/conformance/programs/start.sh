#!/usr/bin/env bash
# start.sh NAME COMMAND: starts a client in the background; finish.sh tells what became of it.
mkdir -p running
(
  bash -c "$2" > "running/$1.log" 2>&1
  echo $? > "running/$1.exit"
) < /dev/null > /dev/null 2>&1 &
touch "running/$1.log"
