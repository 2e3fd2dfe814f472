# What a person and a program are told of partitions.
. tests/cli/lib/claims.sh

# n1 leads Raft; three idle partitions are elected anew at 3, 15, 27, 39 and 51 s.
cat >"$folder/idle.json" <<'PLAN'
{"duration": "60s", "network": {"latency": "1ms"},
 "cluster": {"nodes": 3, "raft": {"election_timeout": ["1000s", "2000s"], "heartbeat": "100ms"}},
 "topics": [{"name": "orders", "partitions": 3}], "elector": {"rules": "chronik-2.2.3"},
 "timeline": [{"at": "1s", "do": "campaign", "node": "n1"}]}
PLAN
"$program" run "$folder/idle.json" >"$folder/out"
holds "spurious elections are said in words" \
    grep -qF "spurious: 15 elections of healthy partitions, of the same one every 12 s" "$folder/out"
holds "the page names rules, topics and copies" \
    grep -qF "elector chronik-2.2.3, topics orders (3" "$folder/out"
holds "the page fits 80 columns" fits
"$program" run "$folder/idle.json" --format json >"$folder/out"
holds "an episode has its phases in JSON" python3 -c "
import json
run = json.load(open('$folder/out'))
one = next(e for e in run['partitions']['episodes'] if e['at_ms'] == 15000)
wanted = {'topic': 'orders', 'partition': 0, 'cause': 'spurious', 'outcome': 'kept', 'at_ms': 15000,
          'lost': 'n1', 'leader': 'n1', 'detect_ms': None, 'elect_ms': 2, 'publish_ms': 101,
          'produce_ms': None, 'total_ms': 2}
assert one == wanted, one
assert run['metrics']['partition.spurious'] == 15"
"$program" run scenarios/split-vote.json --format json >"$folder/out"
holds "a plan without topics says nothing of them" \
    sh -c "! grep -qE '\"(partitions|partition\.|produce\.|elector\.)' '$folder/out'"
