# The targets a newcomer types: help, setup, sim.
. tests/cli/lib/claims.sh

fails_with() # status, make's arguments: make fails and the program's own status is said
{
    local status=$1
    shift
    ! make --no-print-directory "$@" >"$folder/log" 2>&1 && grep -q "exit status $status\$" "$folder/log"
}
lists_every_target()
{
    ! grep -E '^[a-z-]+:' Makefile | grep -v ' ## '
}

build=$(dirname "$RAFTSIM")
holds "help lists every target" lists_every_target
holds "setup has nothing to do when all is there" grep -q 'all is there' <(make --no-print-directory setup)
holds "sim runs a scenario by its file's name" \
    make --no-print-directory BUILD="$build" sim SCENARIO=split-vote.json SEED=7
holds "sim runs a scenario by any path" \
    make --no-print-directory BUILD="$build" sim SCENARIO=./scenarios/split-vote.json
holds "sim says the real exit status" fails_with 2 BUILD="$build" sim SCENARIO=no-such-scenario.json
echo '{' >"$folder/broken.json"
holds "sim refuses a broken scenario with status 2" fails_with 2 BUILD="$build" sim SCENARIO="$folder/broken.json"
