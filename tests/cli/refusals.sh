# What a person may get wrong in a scenario: one sentence with its place, exit status 2.
. tests/cli/lib/claims.sh

not_run() # name, what the sentence holds; the plan on standard input
{
    cat >"$folder/plan.json"
    refused "$1" "$2" run "$folder/plan.json"
}

with() { printf '{"duration": "9s", "cluster": {"nodes": 3%s}%s}' "$1" "$2"; }

: | not_run "an empty file" "plan.json:1:1"
echo "hello" | not_run "not JSON" "plan.json:1:1"
printf '{"duration": "9s"' | not_run "a truncated file" "plan.json:1:"
head -c 100000000 /dev/zero | tr '\0' ' ' | not_run "100 MB" "plan.json"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "[" }' | not_run "deep nesting" "plan.json:1:"
with '' ', "seed": 1, "seed": 2' | not_run "a key that stands twice" '$.seed'
with ', "raft": {"electon_ticks": 10}' '' | not_run "a misspelt key" 'did you mean "election_ticks"?'
with '' ', "network": {"latency": 5}' | not_run "a bare number for a duration" '$.network.latency'
with '' ', "network": {"latency": "-5ms"}' | not_run "a negative duration" '$.network.latency'
with '' ', "network": {"latency": "99999999999999999999s"}' | not_run "an overflow" '$.network.latency'
with '' ', "network": {"loss": NaN}' | not_run "NaN" "plan.json:1:"
with '' ', "network": {"loss": 1.5}' | not_run "a probability above 1" '$.network.loss'
with '' ', "timeline": [{"at": "1s", "do": "crash", "node": "n9"}]' |
    not_run "an unknown node" '$.timeline[0].node'
with '' ', "timeline": [{"at": "1s", "do": "crahs", "node": "n1"}]' |
    not_run "an unknown action" 'did you mean "crash"?'
with '' ', "timeline": [{"at": "8s", "do": "crash", "node": "n1", "for": "5s"}]' |
    not_run "an action past the end" '$.timeline[0]'
with ', "voters": 0' '' | not_run "a quorum of none" '$.cluster.voters'
with '' ', "network": {"links": [{"from": "n1", "to": "n1", "latency": "1ms"}]}' |
    not_run "a link to itself" '$.network.links[0]'
with '' ', "expect": {"failover.totl_ms.max": "<= 1s"}' |
    not_run "an unknown metric" '$.expect'
with '' ', "timeline": [{"at": "1s", "do": "add-node", "node": "n1"}]' |
    not_run "an action that is not built yet" "not built yet"
