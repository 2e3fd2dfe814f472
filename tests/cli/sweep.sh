# Sweeps: the same answer from any number of workers, shards and interruptions; stores that refuse
# what is not theirs.
. tests/cli/lib/claims.sh
plan=scenarios/leader-crash.json

sweep() { "$program" sweep "$plan" --seeds 1..300 --format json "$@" | grep -v elapsed_s; }

sweep --jobs 1 >"$folder/whole"
for jobs in 2 3; do
    sweep --jobs $jobs >"$folder/$jobs"
    holds "$jobs workers say what one says" cmp "$folder/whole" "$folder/$jobs"
done

for shard in 1 2 3 4 5 6 7; do
    sweep --shard $shard/7 --store "$folder/$shard.db" >/dev/null
done
for order in "1 2 3 4 5 6 7" "7 3 1 6 2 5 4"; do
    parts=
    for shard in $order; do parts="$parts $folder/$shard.db"; done
    # shellcheck disable=SC2086
    "$program" merge $parts --format json | grep -v elapsed_s >"$folder/merged"
    holds "seven shards merged as $order say what one sweep says" cmp "$folder/whole" "$folder/merged"
done
# shellcheck disable=SC2086
expect "a merge keeps the whole" 0 "$program" merge $parts --store "$folder/all.db" --format json
expect "which is a store like another" 0 "$program" sweep "$plan" --seeds 1..300 \
    --store "$folder/all.db" --format json
grep -v elapsed_s "$folder/out" >"$folder/again"
holds "and says the same" cmp "$folder/whole" "$folder/again"
expect "a hole in a merge is told" 0 "$program" merge "$folder/1.db" "$folder/2.db" --format json
holds "with the number of seeds that are missing" grep -qF "214 of the 300 seeds" "$folder/err"

# Killed at some time, with some results saved or none: what is missing is run, and nothing else.
for pause in 0.05 0.1 0.2 0.3 0.6 0.9; do
    rm -f "$folder/killed.db"*
    "$program" sweep "$plan" --seeds 1..20000 --store "$folder/killed.db" >/dev/null 2>&1 &
    victim=$!
    sleep $pause
    kill -9 $victim
    wait $victim 2>/dev/null
    # Its workers end when they next look for it, and its lock with it.
    "$program" sweep "$plan" --seeds 1..300 --store "$folder/killed.db" --format json \
        2>"$folder/err" | grep -v elapsed_s >"$folder/resumed"
    holds "killed after $pause s, a sweep goes on to the same end" cmp "$folder/whole" "$folder/resumed"
done
expect "Ctrl-C exits 130 and tells what finished" 130 timeout --foreground --preserve-status -s INT 1 \
    "$program" sweep "$plan" --seeds 1..1000000 --store "$folder/stopped.db"
holds "with a report" grep -q '^failover\[crash\], n = ' "$folder/out"
expect "a budget ends a sweep, without a failure" 0 "$program" sweep "$plan" --seeds 1..1000000 \
    --budget 300ms --format json
holds "and the seeds are the first ones, all of them" python3 -c "
import json, sys
told = json.load(open('$folder/out'))
sys.exit(not 0 < told['runs'] < 1000000)"

if command -v sqlite3 >/dev/null; then
    ask() { sqlite3 "$folder/all.db" "$1"; }
    holds "SQL finds a row for each run" test "$(ask 'SELECT count(*) FROM run')" = 300
    holds "and each episode" test "$(ask 'SELECT count(*) FROM episode')" -ge 600
    holds "and metrics as columns" test "$(ask 'SELECT min("leaders.count") FROM run')" = 2.0
    holds "and what a column means" test "$(ask '.schema run' | grep -c ' -- ')" -gt 20
fi

expect "a store of another plan is refused" 2 "$program" sweep scenarios/split-vote.json \
    --store "$folder/all.db"
holds "by what it holds" grep -qF "holds runs of another plan (leader-crash" "$folder/err"
expect "as is one with another --set" 2 "$program" sweep "$plan" --set seed=2 --store "$folder/all.db"
expect "shards of different plans do not merge" 2 sh -c "
    '$program' sweep scenarios/split-vote.json --seeds 1..5 --store '$folder/other.db' >/dev/null &&
    '$program' merge '$folder/1.db' '$folder/other.db'"
echo "not a database, but long enough to be looked at as one" >"$folder/none.db"
expect "a file that is no store is refused" 2 "$program" sweep "$plan" --store "$folder/none.db"
expect "nor is it merged" 2 "$program" merge "$folder/none.db"
holds "nor changed" grep -q "not a database" "$folder/none.db"
head -c 20000 "$folder/all.db" >"$folder/cut.db"
expect "a store that was cut short is refused" 2 "$program" merge "$folder/cut.db"
expect "a folder that is not there cannot be written" 74 "$program" sweep "$plan" --seeds 1..3 \
    --store "$folder/nowhere/a.db"
expect "a full disk is told" 74 "$program" sweep "$plan" --seeds 1..3 --store /dev/full
expect "two sweeps on one store: the second is refused" 74 sh -c "
    '$program' sweep '$plan' --seeds 1..1000000 --store '$folder/busy.db' >/dev/null 2>&1 &
    sleep 0.4
    '$program' sweep '$plan' --seeds 1..3 --store '$folder/busy.db'
    status=\$?
    kill \$!
    exit \$status"
holds "because another is at work" grep -qF "another raftsim is at work" "$folder/err"
for shard in 0/3 4/3 1 a/b 1/0; do
    expect "shard $shard is none" 2 "$program" sweep "$plan" --shard $shard
done
expect "seeds beyond 2^53 are refused" 2 "$program" sweep "$plan" --seeds 1..9007199254740993
expect "more seeds than a list holds are refused" 2 "$program" sweep "$plan" --seeds 1..200000000
expect "a sweep has no first episode" 2 "$program" sweep "$plan" --seeds 1..3 \
    --set 'sweep.expect={"failover.total_ms.first": "<= 3s"}'
