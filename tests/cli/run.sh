# The command line of `raftsim run`: exit statuses, refusals, outputs.
. tests/cli/lib/claims.sh

expect "a run that holds exits 0" 0 "$program" run scenarios/split-vote.json
holds "the page fits 80 columns" fits
holds "no colour leaves the terminal" sh -c "! grep -q \"\$(printf '\\033')\" '$folder/out'"
plan ranked '{"duration": "9s", "cluster": {"nodes": 3, "raft": {"preset": "raft-rs"},
  "overrides": {"n1": {"priority": 1}, "n2": {"priority": 9}, "n3": {"priority": 9}}},
  "timeline": [{"at": "1s", "do": "campaign", "node": "n1"}]}'
expect "a candidate may be refused for its priority" 0 "$program" run "$folder/ranked.json"
holds "which is the result of its term" grep -qE '^ +1  .* n1  .* priority$' "$folder/out"
expect "two may ask for one term" 0 "$program" run scenarios/high-latency.json
holds "and the result of one is that the other won" grep -qE '^ +5  .* n1  .* another won$' "$folder/out"
expect "an unknown command exits 2" 2 "$program" rnu
expect "an unknown flag exits 2" 2 "$program" run --sede 3 scenarios/split-vote.json
expect "a file that is not there exits 2" 2 "$program" run no-such.json
expect "an expectation missed exits 1" 1 "$program" run scenarios/split-vote.json \
    --set 'expect={"split_votes": ">= 5"}'
plan quiet '{"duration": "9s", "cluster": {"nodes": 3}}'
expect "an event limit exits 6" 6 "$program" run "$folder/quiet.json" --max-events 100
plan endless '{"cluster": {"nodes": 3}}'
expect "a plan without a duration ends at a limit, undecided" 6 \
    "$program" run "$folder/endless.json"
holds "and says which" grep -qi limit "$folder/out"
plan nobody '{"duration": "1s", "cluster": {"nodes": 3, "raft": {"election_timeout": ["5s", "6s"],
  "heartbeat": "1s"}}, "timeline": [{"at": "0.5s", "do": "crash", "node": "leader"}]}'
expect "an action that hits nothing exits 6" 6 "$program" run "$folder/nobody.json"
expect "the same seed gives the same run" 0 "$program" run scenarios/leader-crash.json --verify
expect "a full disk exits 74" 74 sh -c "'$program' run scenarios/split-vote.json >/dev/full"
expect "a closed pipe exits 74" 74 sh -c "
    { '$program' run scenarios/random-faults.json --format trace; echo \$? >'$folder/status'; } |
        true; exit \$(cat '$folder/status')"
expect "a trace is written" 0 "$program" run scenarios/split-vote.json --trace "$folder/t.jsonl"
holds "each line of it is JSON with a time and a record" python3 -c "
import json, sys
lines = [json.loads(line) for line in open('$folder/t.jsonl')]
sys.exit(not lines or any('at_ns' not in line or 'record' not in line for line in lines))"
expect "a trace that cannot be written exits 74" 74 \
    "$program" run scenarios/split-vote.json --trace /no/such/folder/t
expect "a run is JSON" 0 "$program" run scenarios/split-vote.json --format json
holds "with the keys that programs read" python3 -c "
import json, sys
run = json.load(open('$folder/out'))
keys = '''schema scenario seed backend trace_hash verdict exit_status simulated_ms events violations
expectations metrics episodes replay'''.split()
sys.exit(any(key not in run for key in keys) or run['schema'] != 'raftsim-run/1')"
expect "its replay works as printed" 0 sh -c "$(replay)"
expect "a sweep is JSON" 0 "$program" sweep scenarios/split-vote.json --seeds 1..20 --format json
holds "with a hash of all runs" grep -q '"trace_hash"' "$folder/out"
expect "seeds that are none exit 2" 2 "$program" sweep scenarios/split-vote.json --seeds 5..1
expect "safety and liveness are expected of a sweep too" 0 "$program" sweep \
    scenarios/split-vote.json --seeds 0..5 --set 'sweep.expect={"safety": "holds", "liveness": "holds"}'
expect "what a run must break is none of a sweep's expectations" 2 "$program" sweep \
    scenarios/split-vote.json --seeds 0..5 --set 'sweep.expect={"safety": "broken:log-matching"}'
expect "a metric is a key of expect, dots and all" 1 "$program" run scenarios/split-vote.json \
    --set 'expect.failover[crash].total_ms.max=<= 1ms'
expect "a seed of hexadecimal text runs" 0 "$program" run scenarios/split-vote.json \
    --seed c0ffee --set 'expect={}' --format json
expect "and is replayed by the number that it prints" 0 sh -c "$(replay)"
plan states '{"duration": "9s", "cluster": {"nodes": 3, "overrides":
  {"n3": {"start": {"at": "0s", "term": 3, "log": [1, 1, 2]}}}}}'
expect "a log that the plan gives is no broken one" 0 "$program" run "$folder/states.json"
plan long '{"duration": "100h", "cluster": {"nodes": 9}, "clients": [{"propose": {"every": "1ms"}}]}'
expect "a run that is terminated exits 143" 143 python3 -c "
import subprocess, sys, time
run = subprocess.Popen(['$program', 'run', '$folder/long.json', '--max-events', '1000000000000'])
time.sleep(0.3)
run.terminate()
sys.exit(run.wait())"
