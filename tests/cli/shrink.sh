# The command line of `raftsim shrink`: what is written, that it fails in the same way, refusals.
. tests/cli/lib/claims.sh

says() # name, Python expression about `plan`, the plan that was written
{
    holds "$1" python3 -c "import json, sys; plan = json.load(open('$folder/min.json')); sys.exit(not ($2))"
}

shrink() { "$program" shrink "$folder/$1.json" --out "$folder/min.json" "${@:2}"; }

plan unsafe '{"name": "unsafe", "description": "Faults at random.", "duration": "20s",
 "cluster": {"nodes": 5, "raft": {"preset": "etcd-3.4", "persist_after_send": true}},
 "network": {"latency": {"uniform": ["1ms", "20ms"]}, "loss": 0.02},
 "disk": {"fsync": {"uniform": ["1ms", "10ms"]}}, "clients": [{"propose": {"every": "10ms"}}],
 "chaos": [{"every": {"exponential": "500ms"}, "do": "crash", "node": "random", "for": "200ms"}],
 "expect": {"safety": "holds"}}'
expect "a broken rule is shrunk" 0 shrink unsafe --seed 3
holds "the page fits 80 columns" fits <(grep -v "$folder" "$folder/out")
holds "and says by how much, and what to run" sh -c "
    grep -q 'faults' '$folder/out' && grep -q 'again .* run ' '$folder/out'"
expect "what was written expects what is broken, and holds" 0 "$program" run "$folder/min.json"
says "it is smaller" "plan['cluster']['nodes'] < 5 and 'clients' not in plan and 'chaos' not in plan"
says "it keeps its name, and says that it was shrunk" \
    "plan['name'] == 'unsafe' and plan['description'].startswith('Faults at random. Shrunk from seed 3')"
says "it keeps the preset, and what the failure hangs on" \
    "plan['cluster']['raft'] == {'preset': 'etcd-3.4', 'persist_after_send': True}"
says "it expects the same rule to be broken" \
    "plan['expect'] == {'safety': 'broken:durable-before-claimed'}"
cp "$folder/min.json" "$folder/first.json"
expect "the same with one worker" 0 shrink unsafe --seed 3 --jobs 1
holds "gives the same file" cmp "$folder/min.json" "$folder/first.json"
expect "what is small is shrunk again" 0 shrink first
holds "and stays what it is" cmp "$folder/min.json" "$folder/first.json"
expect "a mended plan no longer holds" 1 "$program" run "$folder/first.json" \
    --set cluster.raft.persist_after_send=false

expect "an expectation missed is shrunk" 0 "$program" shrink scenarios/random-faults-etcd.json \
    --set 'expect={"leaders.disrupted": "== 0"}' --seed 4 --out "$folder/min.json"
expect "to one that expects the contrary" 0 "$program" run "$folder/min.json"
says "of the same metric" "plan['expect'] == {'leaders.disrupted': '> 0'}"
says "chaos has become what happened" "'chaos' not in plan and 'at' in plan['timeline'][0]"
says "times are such as people write" "all(len(item['at']) <= 6 for item in plan['timeline'])"

plan never '{"duration": "30s", "cluster": {"nodes": 5, "raft": {"preset": "etcd-3.4"}},
 "timeline": [{"at": "5s", "do": "crash", "node": ["n1", "n2", "n3"]}, {"at": "9s", "do": "pause", "node": "random", "for": "1s"}],
 "expect": {"failover.total_ms.max": "<= 3s"}}'
expect "what never ends is shrunk" 0 shrink never
says "to what is null" "plan['expect'] == {'failover.total_ms.max': '== null'}"
expect "which holds" 0 "$program" run "$folder/min.json"

plan wanting '{"duration": "30s", "cluster": {"nodes": 5, "raft": {"preset": "etcd-3.4"}},
 "clients": [{"propose": {"every": "100ms"}}],
 "timeline": [{"at": "5s", "do": "pause", "node": "leader", "for": "100ms"}],
 "expect": {"leaders.count": ">= 2"}}'
expect "what should have been caused is shrunk" 0 shrink wanting
says "and keeps what should have caused it" \
    "plan['cluster']['nodes'] == 5 and len(plan['timeline']) == 1 and plan['duration'] == '30s'"
says "but not what has nothing to do with it" "'clients' not in plan"

plan absent '{"duration": "20s", "cluster": {"nodes": 4, "raft": {"no_transport": true}},
 "clients": [{"propose": {"every": "100ms"}}]}'
expect "missing liveness is shrunk" 0 shrink absent
says "to a plan that expects it" "plan['expect'] == {'liveness': 'absent'}"
expect "and holds" 0 "$program" run "$folder/min.json"

plan nobody '{"duration": "9s", "cluster": {"nodes": 3, "raft": {"election_timeout": ["5s", "6s"],
  "heartbeat": "1s"}}, "clients": [{"propose": {"every": "100ms"}}],
  "timeline": [{"at": "0.3s", "do": "pause", "node": "n1", "for": "50ms"}, {"at": "0.5s", "do": "crash", "node": "leader"}]}'
expect "an undecided run is shrunk" 0 shrink nobody
says "to the item that hits nothing" "[item['do'] for item in plan['timeline']] == ['crash']"
expect "and is undecided still" 6 "$program" run "$folder/min.json"
expect "so is one that misses an expectation too" 0 shrink nobody --set 'expect={"leaders.count": ">= 1"}'
holds "and the page says no more than that" sh -c "
    grep -qx UNDECIDED '$folder/out' && grep -q 'is undecided too' '$folder/out'"
expect "as the plan does" 6 "$program" run "$folder/min.json"

expect "it is JSON" 0 shrink unsafe --seed 3 --format json
holds "with sizes before and after" python3 -c "
import json, sys
found = json.load(open('$folder/out'))
sys.exit(found['schema'] != 'raftsim-shrink/1' or found['rule'] != 'durable-before-claimed' or
         found['before']['faults'] <= found['after']['faults'])"
expect "and a replay that works as printed" 0 sh -c "$(replay)"
expect "a budget that is over at once still gives what fails" 0 shrink unsafe --seed 3 --budget 1ns
expect "and it fails" 0 "$program" run "$folder/min.json"

rm "$folder/min.json"
expect "a seed that holds exits 2" 2 "$program" shrink scenarios/split-vote.json --out "$folder/min.json"
holds "in one sentence" sh -c "grep -q 'nothing fails with seed 1' '$folder/err' && [ \$(wc -l <'$folder/err') = 1 ]"
expect "a plan that is none exits 2" 2 shrink no-such
expect "no --out exits 2" 2 "$program" shrink "$folder/unsafe.json"
expect "a budget without a unit exits 2" 2 shrink unsafe --budget 5
holds "nothing is written then" test ! -e "$folder/min.json"
expect "a folder that is not there exits 74" 74 "$program" shrink "$folder/unsafe.json" --out /no/such/min.json
expect "a full disk exits 74" 74 "$program" shrink "$folder/unsafe.json" --out /dev/full
expect "Ctrl-C writes the smallest so far and exits 130" 130 python3 -c "
import signal, subprocess, sys, time
run = subprocess.Popen(['$program', 'shrink', 'scenarios/random-faults.json', '--seed', '3', '--set',
                        'expect.failover.total_ms.max=<= 1s', '--out', '$folder/min.json'])
time.sleep(0.4)
run.send_signal(signal.SIGINT)
sys.exit(run.wait())"
expect "and that one fails" 0 "$program" run "$folder/min.json"
