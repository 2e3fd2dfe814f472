# What a person reads fits 80 columns: help, and the page of every scenario.
set -u
program=$RAFTSIM
folder=$TMP

fits() # name, file
{
    if awk 'length > 80 { print; wide = 1 } END { exit wide }' "$2" >"$folder/wide"; then
        echo "ok $1"
    else
        echo "not ok $1: $(head -n 2 "$folder/wide")"
    fi
}

"$program" --help >"$folder/help"
fits "the list of commands" "$folder/help"
for command in $(sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p' "$folder/help"); do
    "$program" "$command" --help >"$folder/help.$command"
    fits "help of $command" "$folder/help.$command"
done
find scenarios -name '*.json' | sort | while read -r plan; do
    "$program" run "$plan" >"$folder/page"
    echo "$plan"
    awk 'length > 80' "$folder/page"
done >"$folder/pages"
fits "the pages of all $(grep -c '^scenarios/' "$folder/pages") scenarios" "$folder/pages"
