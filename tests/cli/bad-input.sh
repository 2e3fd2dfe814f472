# Files and changes that are no scenarios: refused at once, in one sentence, with exit status 2.
. tests/cli/lib/claims.sh

not_run() { refused "$1" "$2" run "${@:3}"; } # name, sentence, words of `raftsim run`

plan=$folder/plan.json
cat >"$plan" <<'END'
{
  "duration": "9s",
  "cluster": {"nodes": 3, "raft": {"preset": "etcd-3.5"}},
  "timeline": [{"at": "1s", "do": "crash", "node": "leader", "for": "2s"}]
}
END

# Files: none is read beyond the limit, so an endless one is refused too.
not_run "an endless device" "/dev/zero: expected at most 16 MiB" /dev/zero
not_run "a folder" "Is a directory" "$folder"
not_run "a file that is not there" "No such file or directory" "$folder/none.json"
head -c 100000000 /dev/zero | tr '\0' '[' >"$folder/deep.json"
(ulimit -v 200000 2>/dev/null && "$program" --help >"$folder/out" 2>&1) && limit=200000 || limit=
if [ -n "$limit" ]; then
    (ulimit -v "$limit" && not_run "100 MB, in 200 MB of memory" "expected at most 16 MiB" \
        "$folder/deep.json")
fi
head -c 16000000 "$folder/deep.json" >"$folder/deeper.json"
not_run "16 MB of nesting" "deeper.json:1:65: not JSON: lists and objects are nested more than 64" \
    "$folder/deeper.json"
awk 'BEGIN { printf "["; for (i = 0; i < 1000001; i++) printf "0,"; printf "0]" }' >"$folder/long.json"
not_run "a million values" "more than a million values" "$folder/long.json"
awk 'BEGIN { printf "{\"name\": \""; for (i = 0; i < 1000000; i++) printf "x"; printf "\", \"y\": 1}" }' \
    >"$folder/name.json"
not_run "a text of a megabyte" 'unknown key "y"' "$folder/name.json"
printf '{"cluster": {"nodes": 3}}\0{"seed": 5}' >"$folder/zero.json"
not_run "bytes after a zero" "zero.json:1:26: not JSON" "$folder/zero.json"
printf '{"cl\x1b[31mster\\n": {}}' >"$folder/escape.json"
not_run "a control character in a key" "a raw control character" "$folder/escape.json"
printf '{"cl\\u001b[31mster\\n": {}}' >"$folder/escaped.json"
not_run "an escaped one is not passed on to the terminal" '"cl?[31mster?"' "$folder/escaped.json"
printf '{"cluster": {"nodes": 3}, "network": {"latency": {"empirical": "/dev/zero"}}}' \
    >"$folder/endless.json"
not_run "samples from a device" "there is no file" "$folder/endless.json"

# Changes: the sentence begins with the change that cannot be.
set_refused() # name, change, sentence
{
    not_run "$1" "--set $2: $3" "$plan" --set "$2"
}
set_refused "a change to no such key" 'cluster.raft.prevote=true' \
    'unknown raft option "prevote"; did you mean "pre_vote"?'
set_refused "a change to a wrong value" 'cluster.raft.pre_vote=maybe' \
    'expected true or false, got "maybe"'
set_refused "a change without its unit" 'timeline[0].for=3' \
    'expected a duration with its unit, such as "3ms", got 3'
set_refused "a change of what is not there" 'timeline[2].for=3s' \
    "expected a position of at most 1, the list's end"
set_refused "a change within a number" 'cluster.nodes.x=3' 'expected an object before "x"'
set_refused "a change that is no text" "name=$(printf '\377')" 'expected UTF-8 text'
set_refused "a path of nothing" '.=1' 'expected PATH=VALUE'
not_run "what a change makes wrong elsewhere is said of the file" \
    'plan.json:4:69: $.timeline[0].for: expected an end within the duration' \
    "$plan" --set timeline[0].at=8s
not_run "a change without a value" "PATH=VALUE" "$plan" --set duration

"$program" run "$plan" --set seed=8730946a --format json >"$folder/hash" 2>"$folder/err"
"$program" run "$plan" --seed 8730946A --format json >"$folder/flag" 2>"$folder/err"
sed -n 's/.*"seed":[[:space:]]*//p' "$folder/hash" "$folder/flag" >"$folder/seeds"
same_seeds() { [ "$(wc -l <"$folder/seeds")" -eq 2 ] && [ "$(sort -u "$folder/seeds" | wc -l)" -eq 1 ]; }
holds "a commit's id is the same seed in a file and as a flag" same_seeds
