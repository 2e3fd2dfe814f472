# `raftsim test`: exit statuses, the page, JUnit, the summary, and what interrupts it.
. tests/cli/lib/claims.sh
program=$(realpath "$RAFTSIM")
schema=$(realpath tests/junit.xsd)
check=$(realpath scripts/ci/raftsim-check)
top=$PWD
cd "$folder" || exit 1

valid() # of the schema; without xmllint: XML at all
{
    if command -v xmllint >/dev/null; then
        xmllint --noout --schema "$schema" "$1" 2>/dev/null
    else
        python3 -c 'import sys, xml.dom.minidom as dom; dom.parse(sys.argv[1])' "$1"
    fi
}
printed() { # label: the first command that stands behind it in `out`, in one line
    sed -n "/^    $1  /{:a;/\\\\\$/{N;s/\\\\\n *//;ba};s/^    $1  //p}" out | head -n 1
}
first_child() { # of a process; waits for one
    for _ in $(seq 100); do
        read -r child _ <"/proc/$1/task/$1/children"
        [ -z "$child" ] || break
        sleep 0.05
    done
    echo "$child"
}

crash='"cluster": {"nodes": 5}, "timeline": [{"at": "3s", "do": "crash", "node": "leader"}]'
plan held "{\"duration\": \"9s\", $crash, \"sweep\": {\"seeds\": \"1..40\"}}"
plan missed "{\"duration\": \"9s\", $crash,
  \"expect\": {\"failover[crash].total_ms.max\": \"<= 5ms\"}}"
plan slow "{\"duration\": \"9s\", $crash,
  \"sweep\": {\"seeds\": \"1..60\", \"expect\": {\"failover[crash].total_ms.p90\": \"<= 150ms\"}}}"
plan nobody '{"duration": "1s", "cluster": {"nodes": 3, "raft": {"election_timeout": ["5s", "6s"],
  "heartbeat": "1s"}},
  "timeline": [{"at": "0.5s", "do": "crash", "node": "leader"}]}'
plan refused '{"duration": "9s", "cluster": {"nodse": 3}}'
plan endless '{"duration": "2000h", "cluster": {"nodes": 5},
  "chaos": [{"every": "2s", "do": "crash", "node": "leader", "for": "1s"}]}'
unsafe=$top/scenarios/incidents/i26-three-leaders.json
absent=$top/scenarios/incidents/i1-no-transport.json

expect "what holds passes" 0 "$program" test held.json
holds "and the last line counts it" sh -c '[ "$(tail -n 1 out)" = "1 passed, 0 failed" ]'
holds "with all runs of its sweep" grep -q ' 41 runs' out
holds "what passed is listed only when asked for" sh -c "! grep -q '^ok' out &&
    '$program' test -v held.json | grep -x 'ok 1 - held  *40 seeds, .*s'"
expect "an expectation missed exits 1" 1 "$program" test missed.json
holds "and says where it stands in the file" grep -q 'missed.json:2:46  \$.expect' out
expect "an expectation missed by all runs together exits 1" 1 "$program" test slow.json
holds "and says where it stands" grep -q 'slow.json:2:74  \$.sweep.expect' out
holds "how many runs are to blame, against all" grep -qE '^    [0-9]+ runs \(.*Their mean' out
worst=$(printed worst)
holds "which was the worst" sh -c "echo '$worst' | grep -q ' run slow.json --seed [0-9]'"
expect "in a command that works as printed" 0 sh -c "$worst"
expect "an item that hits nothing exits 6" 6 "$program" test nobody.json
holds "and says where it stands" grep -q 'nobody.json:3:16' out
expect "safety broken exits 3" 3 "$program" test "$unsafe" --set 'expect={}'
holds "with the rule and the records that contradict each other" \
    sh -c "grep -q 'rule read-never-lost' out && grep -q 'broken here' out"
expect "its replay works as printed" 3 sh -c "$(printed again)"
expect "liveness absent exits 4" 4 "$program" test "$absent" --set 'expect={}' --set 'sweep={}'
expect "a scenario that is refused exits 2" 2 "$program" test held.json refused.json
holds "and costs only itself" sh -c '[ "$(tail -n 1 out)" = "1 passed, 1 failed" ]'
expect "no such file exits 2" 2 "$program" test no-such.json
mkdir empty
expect "a folder without scenarios exits 2" 2 "$program" test empty
expect "without scenarios/ there is nothing to test" 2 "$program" test
expect "no workers at all is a mistake" 2 "$program" test held.json --jobs 0

mkdir -p tests/golden
cp "$top/scenarios/split-vote.json" .
"$program" run split-vote.json --format golden >tests/golden/split-vote.txt
expect "the run that was accepted passes" 0 "$program" test split-vote.json
sed -i '1s/trace ./trace f/;1s/trace f\(.*\)/trace 0\1/;$s/at [0-9.]*/at 9.999/' tests/golden/split-vote.txt
expect "another run than the accepted one exits 1" 1 "$program" test split-vote.json
holds "and says where they part" grep -qE '^        accepted  term .* 9\.999' out

mkdir -p many/deep
cp held.json many/b.json
cp slow.json nobody.json refused.json many
cp missed.json many/deep/a.json
expect "of many the gravest is the status" 2 "$program" test many
holds "folders are walked in the order of names" sh -c "grep '^not ok' out | cut -d' ' -f3-5 |
    tr '\n' ' ' | grep -qx '2 - a 3 - nobody 4 - many/refused.json 5 - slow '"
holds "the page fits 80 columns" fits <(grep -v "$folder" out | grep -v refused.json)
for jobs in 1 3; do
    "$program" test many --jobs $jobs --junit $jobs.xml --summary $jobs.md |
        sed -E 's/[0-9.]+ s|[0-9]+ workers?|[0-9].(xml|md)//g; s/, slowest.*//' >$jobs.out
    sed -i -E 's/(time|timestamp)="[^"]*"//g' $jobs.xml
    sed -i -E 's/in [0-9.]+ s//' $jobs.md
done
holds "any number of workers says the same" cmp 1.out 3.out
holds "in XML too" cmp 1.xml 3.xml
holds "and in Markdown" cmp 1.md 3.md

"$program" test many --junit j.xml --summary s.md --set 'description="<&\">"' >out
holds "JUnit's XML is valid" valid j.xml
holds "and counts failures and errors apart" \
    grep -q 'tests="5" failures="2" errors="2" skipped="0"' j.xml
holds "a summary has a row for each failure" sh -c '[ "$(grep -c "^| .*raftsim" s.md)" -eq 4 ]'
holds "and the details folded" grep -q '<details><summary>slow: expectation missed' s.md
mkdir odd
cp refused.json "odd/$(printf 'a\001b\377\303\251<&">\n.json')"
"$program" test odd --junit odd.xml >out 2>err
holds "names that XML cannot hold are made harmless" valid odd.xml
expect "XML that cannot be written exits 74" 74 "$program" test held.json --junit no/such/j.xml
expect "XML on a full disk exits 74" 74 "$program" test held.json --junit /dev/full
expect "a full disk exits 74" 74 sh -c "'$program' test missed.json >/dev/full"
expect "a closed pipe exits 74" 74 sh -c "
    { '$program' test missed.json endless.json 2>err; echo \$? >status; } | head -n 0; exit \$(cat status)"

"$program" test held.json endless.json -v --jobs 1 --junit early.xml >out 2>err &
pid=$!
for _ in $(seq 200); do grep -q '^ok 1' out && break; sleep 0.05; done
kill -INT $pid
wait $pid
status=$?
holds "Ctrl-C exits 130" [ $status -eq 130 ]
holds "what had ended is reported" sh -c '[ "$(tail -n 1 out)" = "1 passed, 0 failed" ]'
holds "what had not is said" grep -q '1 of 2 scenarios were not run' out
holds "and is skipped in XML that is valid" sh -c "grep -q 'skipped=\"1\"' early.xml"
holds "which is valid" valid early.xml

"$program" test endless.json held.json --jobs 1 --junit died.xml >out 2>err &
pid=$!
sleep 0.5
kill -KILL "$(first_child $pid)"
wait $pid
status=$?
holds "a worker's death exits 70" [ $status -eq 70 ]
holds "and names the seed" grep -q 'raftsim itself ended at seed 1: signal 9' out
holds "it costs only its scenario" sh -c '[ "$(tail -n 1 out)" = "1 passed, 1 failed" ]'
holds "and is an error in XML" grep -q 'errors="1"' died.xml

expect "the step for CI passes the status on" 1 env RAFTSIM="$program" JUNIT=ci/j.xml \
    GITHUB_STEP_SUMMARY=step.md "$check" missed.json held.json
holds "leaves the XML" valid ci/j.xml
holds "and adds to the step's summary" grep -q '^## raftsim: 1 of 2 scenarios failed' step.md
holds "nothing is left beside what was written" sh -c '! ls ./*.part-* ci/*.part-* 2>/dev/null | grep -q .'
