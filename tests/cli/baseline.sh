# Baselines: what fails the gate, what passes it, and what is refused.
. tests/cli/lib/claims.sh
plan=$folder/leader-crash.json
cp scenarios/leader-crash.json scenarios/split-vote.json "$folder"

baseline() { expect "$1" "$2" "$program" baseline "${@:3}"; }

baseline "without a baseline nothing is checked" 2 check "$plan"
holds "and how to make one is said" complained "baseline save"
baseline "baselines are saved" 0 save "$plan" "$folder/split-vote.json" --seeds 1..500 --jobs 1
cp "$folder/leader-crash.baseline" "$folder/first"
baseline "and again" 0 save "$plan" --seeds 1..500 --jobs 3
holds "a baseline is the same from any number of workers" \
    cmp "$folder/first" "$folder/leader-crash.baseline"
holds "it is small: 15 bytes a seed" [ "$(wc -c <"$folder/first")" -lt 8300 ]
holds "its head can be read" sh -c "head -n 1 '$folder/first' | grep -qx raftsim-baseline/1"
baseline "what has not changed passes" 0 check "$plan" "$folder/split-vote.json"
holds "as the same runs" said "the same runs, 500 seeds"
baseline "fresh seeds pass" 0 check "$plan" --seeds 501..1000
holds "though they are other runs" said "no change for the worse"
baseline "a vote that takes 5 ms longer fails" 1 check "$plan" --set \
    'timeline[1]={"at": "0s", "do": "delay", "kinds": ["vote_reply"], "add": "5ms"}'
holds "and the phase is named" said "worse   failover\[crash\].vote_ms p50 +4"
baseline "within the tolerance it passes" 0 check "$plan" --tolerance 60% --set \
    'timeline[1]={"at": "0s", "do": "delay", "kinds": ["vote_reply"], "add": "5ms"}'
baseline "what became faster passes" 0 check "$plan" --set 'disk.fsync="100us"'
holds "and is told" said "better  failover\[crash\].vote_ms"
baseline "a check is JSON" 1 check "$plan" --set cluster.raft.pre_vote=false --format json
holds "with what changed" python3 -c "
import json, sys
check = json.load(open('$folder/out'))['checks'][0]
sys.exit(check['held'] or not any(c['metric'] == 'failover[crash].total_ms' for c in check['changes']))"

baseline "neither save nor check is refused" 2 keep "$plan"
baseline "a tolerance without a unit is refused" 2 check "$plan" --tolerance 5
baseline "fewer fresh seeds than saved are refused" 2 check "$plan" --seeds 501..600
printf x >>"$folder/leader-crash.baseline"
baseline "a damaged baseline is refused" 2 check "$plan"
holds "and that is said" complained "damaged"
echo '{}' >"$folder/leader-crash.baseline"
baseline "a file that is none is refused" 2 check "$plan"
cp "$folder/first" "$folder/leader-crash.baseline"
sed -i 's/"12s"/"13s"/' "$plan"
baseline "a baseline of another plan is refused" 2 check "$plan"
holds "and that is said" complained "another plan"
