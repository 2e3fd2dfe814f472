# What a person may get wrong in a scenario: one sentence with its place, exit status 2.
set -u
program=$RAFTSIM
folder=$TMP

refused() # name, what the sentence holds; the plan on standard input
{
    cat >"$folder/plan.json"
    "$program" run "$folder/plan.json" >"$folder/out" 2>"$folder/err"
    status=$?
    if [ $status -eq 2 ] && [ ! -s "$folder/out" ] && [ "$(wc -l <"$folder/err")" -eq 1 ] &&
        grep -qF -- "$2" "$folder/err"; then
        echo "ok $1"
    else
        echo "not ok $1: exit status $status: $(head -c 300 "$folder/err")"
    fi
}

with() { printf '{"duration": "9s", "cluster": {"nodes": 3%s}%s}' "$1" "$2"; }

: | refused "an empty file" "plan.json:1:1"
echo "hello" | refused "not JSON" "plan.json:1:1"
printf '{"duration": "9s"' | refused "a truncated file" "plan.json:1:"
head -c 100000000 /dev/zero | tr '\0' ' ' | refused "100 MB" "plan.json"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "[" }' | refused "deep nesting" "plan.json:1:"
with '' ', "seed": 1, "seed": 2' | refused "a key that stands twice" '$.seed'
with ', "raft": {"electon_ticks": 10}' '' | refused "a misspelt key" 'did you mean "election_ticks"?'
with '' ', "network": {"latency": 5}' | refused "a bare number for a duration" '$.network.latency'
with '' ', "network": {"latency": "-5ms"}' | refused "a negative duration" '$.network.latency'
with '' ', "network": {"latency": "99999999999999999999s"}' | refused "an overflow" '$.network.latency'
with '' ', "network": {"loss": NaN}' | refused "NaN" "plan.json:1:"
with '' ', "network": {"loss": 1.5}' | refused "a probability above 1" '$.network.loss'
with '' ', "timeline": [{"at": "1s", "do": "crash", "node": "n9"}]' |
    refused "an unknown node" '$.timeline[0].node'
with '' ', "timeline": [{"at": "1s", "do": "crahs", "node": "n1"}]' |
    refused "an unknown action" 'did you mean "crash"?'
with '' ', "timeline": [{"at": "8s", "do": "crash", "node": "n1", "for": "5s"}]' |
    refused "an action past the end" '$.timeline[0]'
with ', "voters": 0' '' | refused "a quorum of none" '$.cluster.voters'
with '' ', "network": {"links": [{"from": "n1", "to": "n1", "latency": "1ms"}]}' |
    refused "a link to itself" '$.network.links[0]'
with '' ', "expect": {"failover.totl_ms.max": "<= 1s"}' |
    refused "an unknown metric" '$.expect'
with '' ', "timeline": [{"at": "1s", "do": "add-node", "node": "n1"}]' |
    refused "an action that is not built yet" "not built yet"
