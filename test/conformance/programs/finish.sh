#!/usr/bin/env bash
# Waits for all that start.sh started, and fails where one of them failed.
failed=0
for log in running/*.log; do
  until [ -e "${log%.log}.exit" ]; do sleep 1; done
  code=$(< "${log%.log}.exit")
  echo "$(basename "$log" .log): exit code $code"
  if [ "$code" != 0 ]; then
    failed=1
    tail -n 20 "$log"
  fi
done
exit "$failed"
