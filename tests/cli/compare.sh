# Comparisons: what is found, what is refused, and that workers make no difference.
. tests/cli/lib/claims.sh
plan=scenarios/leader-crash.json

compare() { expect "$1" "$2" "$program" compare "$plan" "${@:3}"; }
json() # Python that is to be true; c: the first comparison
{
    python3 -c "
import json, sys
page = json.load(open('$folder/out'))
c = page['comparisons'][0]
sys.exit(not ($1))"
}

compare "two settings are compared" 0 --set cluster.raft.pre_vote=false --seeds 1..1000
holds "the verdict comes in words" said "B IS WORSE: p99 rises"
holds "the usual seed is told from the quantiles" said "^seed falls by"
holds "the page fits 80 columns" fits
# Every write 1/3 ms slower: 3 of them lie on the way to a new leader's first commit.
compare "a millisecond is found" 0 --seeds 1..10000 --format json \
    --set 'disk.fsync={"uniform": ["1.334ms", "4.334ms"]}'
holds "the change of the median is 1 ms" json "0.8 <= c['changes']['p50']['change'] <= 1.2"
holds "by pairs it is sure" json "0 < c['changes']['p50']['low'] and c['changes']['p50']['high'] < 2"
holds "without pairs it would not be" \
    json "c['changes']['p50']['unpaired_low'] < 0 < c['changes']['p50']['unpaired_high']"
command=$(python3 -c "
import json
print(json.load(open('$folder/out'))['comparisons'][0]['most_changed'][0]['why_b'])")
holds "the most changed seed is told of by a command that works as printed" sh -c "$command"
holds "phases add up to what the mean moved by" \
    json "abs(sum(c['moved'][p] for p in ('detect', 'prevote', 'vote', 'commit')) - c['moved']['mean']) < 1e-4"

compare "nothing changes nothing" 0 --set cluster.raft.pre_vote=true --seeds 1..200 --format json
holds "and that is the verdict" json "c['verdict'] == 'same' and c['changes']['p50']['change'] == 0"
holds "both sides gave the same runs" \
    json "page['sides'][0]['trace_hash'] == page['sides'][1]['trace_hash']"

matrix() # workers
{
    "$program" compare "$plan" --seeds 1..60 --jobs "$1" --format json \
        --matrix cluster.raft.pre_vote=false,true \
        --matrix 'network.latency={"uniform": ["1ms", "5ms"]},"3ms"' --metric term.last \
        --metric 'failover[crash].total_ms'
}
for jobs in 1 2 5; do
    matrix $jobs >"$folder/$jobs"
done
holds "a matrix is the same from 1 and 2 workers" cmp "$folder/1" "$folder/2"
holds "and from 5" cmp "$folder/1" "$folder/5"
cp "$folder/1" "$folder/out"
holds "it has all combinations of all metrics" json "len(page['comparisons']) == 8"
compare "a matrix is a table" 0 --seeds 1..60 --matrix cluster.raft.pre_vote=false,true
holds "with a line for each setting" said "2  true"

compare "without B nothing is compared" 2 --seeds 1..9
holds "and that is said" complained "what B is"
compare "a metric that is none is refused" 2 --set seed=1 --metric failover.total_m
holds "with the nearest name" complained "failover.total_ms"
compare "a value that is none is refused" 2 --set cluster.raft.pre_vote=maybe
compare "an axis without values is refused" 2 --matrix cluster.raft.pre_vote=
compare "too many combinations are refused" 2 \
    --matrix cluster.nodes=1,2,3,4,5,6,7,8 --matrix seed=1,2,3,4,5,6,7,8
expect "a file as B" 0 "$program" compare "$plan" --with scenarios/leader-crash-no-pre-vote.json \
    --seeds 1..50
expect "broken safety is the exit status" 3 "$program" compare scenarios/incidents/i4-early-proposals.json \
    --with scenarios/incidents/i6-persist-after-send.json --both 'expect={}' --seeds 1..40
expect "a full disk exits 74" 74 sh -c "'$program' compare '$plan' --set seed=1 --seeds 1..9 >/dev/full"
