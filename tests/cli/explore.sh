# The command line of `raftsim explore`.
. tests/cli/lib/claims.sh

hole=scenarios/howard-abraham-s2-pre-vote.json

expect "pre-vote alone is found out, and exits 4" 4 \
    "$program" explore "$hole" --seeds 500..620 --out "$folder/found"
holds "the page fits 80 columns" fits
holds "a file was written" sh -c "ls '$folder'/found/liveness-*.json >/dev/null"
expect "that fails as it is expected to" 0 "$program" run "$(ls "$folder"/found/*.json | head -n 1)"
expect "with both extensions the same schedules hold" 0 \
    "$program" explore "$hole" --seeds 500..620 --set cluster.raft.check_quorum=true
expect "a plan may be changed first" 4 "$program" explore "$hole" --seeds 500..620 \
    --set 'description=long enough that the command which shows it again takes two lines'
holds "a replay works as printed, on two lines too" python3 -c "
import re, subprocess, sys
page = open('$folder/out').read()
command = re.search(r'^ +(\S*raftsim explore (?:.*\\\\\n)+.*)$', page, re.M).group(1)
again = command.replace('--out found', '--out $folder/again --format json')
sys.exit(subprocess.run(['sh', '-c', again], stdout=subprocess.DEVNULL).returncode != 4)"
holds "and writes its file" sh -c "ls '$folder'/again/liveness-*.json"

"$program" explore --swarm --hosts --seeds 1..600 --jobs 1 --format json >"$folder/one" 2>"$folder/err"
"$program" explore --swarm --hosts --seeds 1..600 --jobs 3 --format json >"$folder/three" 2>"$folder/err"
holds "the number of workers changes nothing" python3 -c "
import json, sys
one, three = (json.load(open('$folder/' + name)) for name in ('one', 'three'))
del one['elapsed_s'], three['elapsed_s']
sys.exit(one != three or len(one['found']) < 3 or one['schema'] != 'raftsim-explore/1')"
holds "each replay shows the same rule and cause" python3 -c "
import json, shlex, subprocess, sys
found = json.load(open('$folder/one'))['found'][:6]
for one in found:
    words = shlex.split(one['replay'].replace('--out found', '--format json'))
    again = json.loads(subprocess.run(words, capture_output=True).stdout)['found'][0]
    if (again['rule'], again['cause']) != (one['rule'], one['cause']):
        sys.exit(1)"
expect "hosts that lose votes break safety, and exit 3" 3 \
    "$program" explore --swarm --hosts --seeds 1..600
expect "a correct core holds" 0 "$program" explore --swarm --seeds 1..600
expect "every single fault of an election can be gone through" 0 \
    "$program" explore scenarios/leader-crash.json --systematic --seeds 1..400
holds "and the page says how many there are" grep -q 'steps of the election' "$folder/out"
expect "so can pairs of them" 0 \
    "$program" explore scenarios/leader-crash.json --pairs --seeds 1..200
expect "a budget ends it" 0 "$program" explore --swarm --budget 300ms
expect "a plan is not needed to swarm" 2 "$program" explore "$hole" --swarm
expect "one is needed to be systematic" 2 "$program" explore --systematic
expect "a schedule that is none exits 2" 2 "$program" explore --swarm --schedule 1+x
expect "files that cannot be written exit 74" 74 \
    "$program" explore "$hole" --seeds 500..620 --out /dev/null/found
timeout --foreground --preserve-status -s INT 1 "$program" explore --swarm --budget 60s >"$folder/out" 2>"$folder/err"
holds "Ctrl-C exits 130" [ $? -eq 130 ]
holds "and reports what was done" grep -q interrupted "$folder/out"
