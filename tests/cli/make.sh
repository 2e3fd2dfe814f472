#!/usr/bin/env bash
# The targets a newcomer types: help, setup, sim.
check() # name, what must succeed
{
    local name=$1
    shift
    if "$@" >"$TMP/out" 2>&1; then
        echo "ok make: $name"
    else
        echo "not ok make: $name"
        sed 's/^/    /' "$TMP/out"
    fi
}
fails_with() # status, make's arguments: make fails and the program's own status is said
{
    local status=$1
    shift
    ! make --no-print-directory "$@" >"$TMP/log" 2>&1 && grep -q "exit status $status\$" "$TMP/log"
}
lists_every_target()
{
    ! grep -E '^[a-z-]+:' Makefile | grep -v ' ## '
}
folder=$(dirname "$RAFTSIM")
check "help lists every target" lists_every_target
check "setup has nothing to do when all is there" grep -q 'all is there' <(make --no-print-directory setup)
check "sim runs a scenario by its file's name" \
    make --no-print-directory BUILD="$folder" sim SCENARIO=split-vote.json SEED=7
check "sim runs a scenario by any path" \
    make --no-print-directory BUILD="$folder" sim SCENARIO=./scenarios/split-vote.json
check "sim says the real exit status" fails_with 2 BUILD="$folder" sim SCENARIO=no-such-scenario.json
echo '{' >"$TMP/broken.json"
check "sim refuses a broken scenario with status 2" fails_with 2 BUILD="$folder" sim SCENARIO="$TMP/broken.json"
