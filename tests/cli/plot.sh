# One run drawn: what is left in the folder, with gnuplot and without, and what is said.
. tests/cli/lib/claims.sh

drawn() # status wanted, argument ...: the command and what it says
{
    wanted=$1
    shift
    "$program" plot "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    [ "$got" -eq "$wanted" ] || { echo "exit status $got, wanted $wanted"; return 1; }
}
left() # folder, ending ...: those files, none of them empty, are all that is in it
{
    for ending in "${@:2}"; do
        [ "$(find "$1" -name "*.$ending" -size +0 | wc -l)" -eq 1 ] || return 1
    done
    [ "$(find "$1" -type f | wc -l)" -eq $(($# - 1)) ]
}
is_said() { grep -qF -- "$1" "$folder/$2"; }
sentences() { [ "$(wc -l <"$folder/err")" -eq "$1" ]; }

plan=scenarios/split-vote.json
holds "gnuplot draws it" drawn 0 $plan --out "$folder/all"
holds "data, script and both pictures are left" left "$folder/all" dat gp svg png
holds "gnuplot has nothing to say about it" sentences 0
holds "the PNG is one" python3 -c "
import struct, sys
head = open('$folder/all/split-vote-seed1.png', 'rb').read(24)
width, height = struct.unpack('>II', head[16:24])
sys.exit(head[1:4] != b'PNG' or not 800 <= width <= 1000 or height > 1000)"
holds "the SVG names the run" python3 -c "
import sys, xml.etree.ElementTree as tree
words = ''.join(tree.parse('$folder/all/split-vote-seed1.svg').getroot().itertext())
wanted = ['split-vote, seed 1: pass', '5 nodes', 'preset paper', 'trace', 'simulated time (s)',
          'crash n1', 'campaign n2 n3', 'leader', 'candidate', '--seed 1']
sys.exit(' '.join(word for word in wanted if word not in words) or 'precandidate' in words)"

holds "without gnuplot it is no failure" env PATH=/nowhere "$BASH" -c '
    "$0" plot "$1" --out "$2/bare" >"$2/out" 2>"$2/err"' "$program" $plan "$folder"
holds "data and script are left" left "$folder/bare" dat gp
holds "and it says what to do" is_said "gnuplot is not installed" out
holds "they are the same as with gnuplot" diff -r -x '*.svg' -x '*.png' "$folder/all" "$folder/bare"

mkdir "$folder/bin"
printf '#!/bin/sh\nexit 3\n' >"$folder/bin/gnuplot"
chmod +x "$folder/bin/gnuplot"
fails() { PATH=$folder/bin:$PATH drawn 74 $plan --out "$folder/failed"; }
holds "a gnuplot that fails exits 74" fails
holds "and is told of" is_said "gnuplot failed with status 3" err
holds "with data and script left" left "$folder/failed" dat gp

: >"$folder/file"
holds "a folder that cannot be made exits 74" drawn 74 $plan --out "$folder/file/below"
holds "in a sentence with the folder and the reason" is_said \
    "$folder/file/below: the folder cannot be made: Not a directory" err
holds "which is one" sentences 1
holds "a folder that cannot be written exits 74" drawn 74 $plan --out "$folder/file"
holds "in a sentence with the file and the reason" is_said \
    "$folder/file/split-vote-seed1.dat: cannot be written: Not a directory" err
holds "an unknown flag exits 2" drawn 2 $plan --uot x

cat >"$folder/odd.json" <<'PLAN'
{"name": "it's \"odd\" `touch /tmp/no` @x ../y\n\\ {/Bold %d} élan",
 "duration": "9s", "cluster": {"nodes": 3},
 "timeline": [{"at": "2s", "do": "crash", "node": "n1", "for": "1s"}]}
PLAN
holds "any name can be drawn" drawn 0 "$folder/odd.json" --out "$folder/odd" \
    --set 'description="it'"''"'s `one` \"two\""'
holds "in files of the folder" left "$folder/odd" dat gp svg png
holds "quietly" sentences 0
holds "as it is" python3 -c "
import glob, sys, xml.etree.ElementTree as tree
picture = glob.glob('$folder/odd/*.svg')[0]
words = ''.join(tree.parse(picture).getroot().itertext())
sys.exit('''it's \"odd\" \`touch /tmp/no\` @x ../y \\\\ {/Bold %d} élan, seed 1''' not in words)"

cat >"$folder/wide.json" <<'PLAN'
{"duration": "20s", "cluster": {"nodes": 50, "voters": 49}, "chaos": [{"every": "500ms",
 "until": "15s", "max_down": 9, "do": "crash", "node": "random", "for": "2s"}]}
PLAN
holds "fifty nodes and many faults are drawn" drawn 0 "$folder/wide.json" --out "$folder/wide"
holds "as the lanes that change most" grep -q "(the 12 of 50 with the most changes)" \
    "$folder/wide/wide-seed1.gp"
holds "and the actions' number" grep -qE '"[0-9]+ actions of the plan: [0-9]+ crash"' \
    "$folder/wide/wide-seed1.dat"
holds "quietly, too" sentences 0
