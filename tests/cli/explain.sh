# Runs explained: what is said of known stories, advice that works, refusals.
. tests/cli/lib/claims.sh

page_says() # words ...: it has all of these, whatever its line breaks
{
    for words in "$@"; do
        tr -s ' \n' ' ' <"$folder/out" | grep -qF -- "$words" || { echo "no '$words'"; return 1; }
    done
}
says() { holds "$1" page_says "${@:2}"; } # name, words ...
explain() { "$program" explain "$@" >"$folder/out" 2>"$folder/err"; }
story() # name, raft options, timeline: three nodes, n1 is made leader at 1 s, n2 asks at 3 s
{
    cat >"$folder/$1.json" <<END
{"duration": "6s", "network": {"latency": "5ms"}, "cluster": {"nodes": 3, "raft": {
   "election_timeout": ["900ms", "1800ms"], "heartbeat": "100ms"$2}},
 "clients": [{"propose": {"every": "50ms"}}],
 "timeline": [{"at": "100ms", "do": "campaign", "node": "n1"}, $3]}
END
}

explain scenarios/split-vote.json
says "a split vote names who voted for whom" "n3 and n5 had voted for n3." \
    "n2 and n4 had voted for n2." "One term elected nobody: a split vote."
says "a timeout is told as it was drawn" "timeout drawn as 192.3 ms out of 150.0 ms to 300.0 ms"
says "it names what took the leader away, and where the plan says so" "crash n1 (line 19)"
explain scenarios/cloudflare-2020.json
says "an older log is told with both ends" \
    "n2 had a newer log, up to entry 109 of term 1; n1's ends at 91 of term 1."
says "a link that is down is a vote that is missing" "n3 could not be reached: link down."
says "advice says what it was and what it became" "cluster.raft.pre_vote=true" \
    "never without a leader (was: 1.436 s without a leader)"
holds "a page fits 80 columns" fits

story lost '' '{"at": "2s", "do": "crash", "node": "n1"},
    {"at": "2s", "do": "drop", "kinds": ["vote_reply"], "to": ["n2"], "for": "200ms"},
    {"at": "2050ms", "do": "campaign", "node": "n2"}'
explain "$folder/lost.json"
says "a grant that got lost is told as such" "n3 granted it, but the answer got lost." \
    "n1 did not run."
story asked '' '{"at": "2s", "do": "crash", "node": "n1"},
    {"at": "2s", "do": "drop", "kinds": ["vote"], "to": ["n3"], "for": "200ms"},
    {"at": "2050ms", "do": "campaign", "node": "n2"}'
explain "$folder/asked.json"
says "so is a request" "n3 never got the request: the plan dropped it."
story lease ', "check_quorum": true' '{"at": "2s", "do": "crash", "node": "n1"},
    {"at": "2050ms", "do": "campaign", "node": "n2"}'
explain "$folder/lease.json"
says "a lease names the leader that was heard, and when" "n3 still heard a leader, n1, at "

explain scenarios/split-vote.json --at 2.2s
says "an instant tells who waits for what" "n1 is down since 2.000 s: crash n1" \
    "n2 candidate in term 2." "n3 asks for votes at 2.282 s, in term 3. n3 serves at 2.298 s."
explain scenarios/incidents/i6-persist-after-send.json
says "a broken rule is told with the chain that led to it" "SAFETY BROKEN at 0.960 996 s" \
    "n1 receives vote of n3, term 1" "<- broken here" "cluster.raft.persist_after_send=false"
explain scenarios/cloudflare-2020.json --format json
holds "JSON has the same facts" python3 -c "
import json, sys
tree = json.load(open('$folder/out'))
good = [a for a in tree['advice'] if a['helps']]
answers = [b['answer'] for e in tree['episodes'] for c in e['campaigns'] for b in c['ballots']]
sys.exit(tree['schema'] != 'raftsim-explain/1' or good[0]['set'] != ['cluster.raft.pre_vote=true'] or
         good[0]['without_ms'] != 0 or 'lost: link down' not in answers)"
explain scenarios/follower-isolated-rejoins.json
holds "what is advised works as printed, and changes what it says" python3 -c "
import json, re, subprocess, sys
page = open('$folder/out').read()
command = re.search(r'^ +(\S*raftsim run .*?pre_vote=true)$', page, re.M | re.S).group(1)
run = subprocess.run(['sh', '-c', command.replace('\\\\\n', ' ') + ' --format json'],
                     capture_output=True, text=True)
sys.exit(len(json.loads(run.stdout)['episodes']) != 1)"
refused "a time without a unit is refused" "expected a time with its unit" \
    explain scenarios/split-vote.json --at 3
refused "an unknown format is refused" "expected text or json" \
    explain scenarios/split-vote.json --format xml
holds "the examples are what it says" scripts/examples "$program" compare
