#!/usr/bin/env bash
echo "Migrating with a password of ${#DATABASE_PASSWORD} characters."
