# What a person reads fits 80 columns: help, and the page of every scenario.
. tests/cli/lib/claims.sh

"$program" --help >"$folder/help"
holds "the list of commands" fits "$folder/help"
for command in $(sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p' "$folder/help"); do
    "$program" "$command" --help >"$folder/help.$command"
    holds "help of $command" fits "$folder/help.$command"
done
find scenarios -name '*.json' | sort | while read -r plan; do
    echo "$plan"
    "$program" run "$plan"
done >"$folder/pages"
holds "the pages of all $(grep -c '^scenarios/' "$folder/pages") scenarios" fits "$folder/pages"
holds "and all that stands in them is said" sh -c "! grep -F '(null)' '$folder/pages'"
