# What describes scenarios: list, schema, new.
. tests/cli/lib/claims.sh

says() { "$program" "${@:2}" | grep -qF -- "$1"; }
exits() { "$program" "${@:2}" >"$folder/said" 2>&1; test $? -eq "$1"; }
narrow() { "$program" list "$@" >"$folder/list" && fits "$folder/list"; }

for table in $("$program" list | awk '{ print $1 }'); do
    holds "list $table fits 80 columns" narrow "$table"
    holds "list $table is JSON, and each row of it" python3 -c "
import json, subprocess, sys
def rows(*words):
    run = subprocess.run(['$program', 'list', *words, '--format', 'json'], stdout=subprocess.PIPE)
    return json.loads(run.stdout)
for row in rows('$table'):
    if not row['help'] or rows('$table', row['name']) != row:
        sys.exit(row['name'])"
done
holds "a preset tells its system's own names" \
    says "heartbeat-interval = 100 ms -> tick" list presets etcd-3.5
holds "a preset tells what it is not" says "approximation" list presets nats
holds "an alias is a name" says "etcd-3.6" list presets etcd
holds "an action tells its parameters" says "max_down" schema
holds "an unknown table exits 2" exits 2 list presets2
holds "with the nearest" grep -qF 'did you mean "presets"?' "$folder/said"
holds "an unknown row exits 2" exits 2 list presets etcd-3.7
holds "an unknown format exits 2" exits 2 list presets --format xml

"$program" schema >"$folder/schema.json"
holds "the schema is JSON" python3 -m json.tool "$folder/schema.json"
holds "every name it refers to is there" python3 -c "
import json, re, sys
text = open('$folder/schema.json').read()
names = set(re.findall(r'#/\\\$defs/([^\"]*)', text))
missing = names - json.loads(text)['\$defs'].keys()
sys.exit(', '.join(sorted(missing)) or 0)"
if python3 -c 'from jsonschema import Draft202012Validator' 2>"$folder/err"; then
    holds "scenarios are valid by it, and mistakes are not" python3 - <<END
import glob, json, sys
from jsonschema import Draft202012Validator
schema = json.load(open('$folder/schema.json'))
Draft202012Validator.check_schema(schema)
valid = Draft202012Validator(schema).is_valid
wrong = [file for file in glob.glob('scenarios/**/*.json', recursive=True)
         if not valid(json.load(open(file)))]
for mistake in ('{}', '{"cluster": {"nodes": 0}}', '{"cluster": {"nodes": 3}, "x": 1}',
                '{"cluster": {"nodes": 3}, "duration": 5}',
                '{"cluster": {"nodes": 3}, "topics": []}',
                '{"cluster": {"nodes": 3}, "network": {"loss": 2}}',
                '{"cluster": {"nodes": 3, "raft": {"prevote": true}}}',
                '{"cluster": {"nodes": 3}, "timeline": [{"do": "crash", "node": "n1"}]}',
                '{"cluster": {"nodes": 3}, "timeline": [{"at": "1s", "do": "crash"}]}',
                '{"cluster": {"nodes": 3}, "timeline": [{"at": "1s", "do": "heal", "for": "1s"}]}'):
    if valid(json.loads(mistake)):
        wrong.append(mistake)
sys.exit('\n'.join(wrong) or 0)
END
fi

for words in "--preset etcd-3.5 --nodes 5 --zones 3 --rtt 2ms --name first" "--preset paper --nodes 3" \
    "--preset consul --nodes 7 --zones 7 --rtt 80ms" "--preset raft-rs --nodes 1"; do
    # shellcheck disable=SC2086
    holds "new $words is written" sh -c "'$program' new $words >'$folder/new.json'"
    holds "and is read" sh -c "'$program' run '$folder/new.json' >'$folder/run'; test \$? -ne 2"
done
holds "a first scenario passes" sh -c "'$program' new >'$folder/new.json' &&
    '$program' run '$folder/new.json'"
holds "more zones than nodes exit 2" exits 2 new --nodes 3 --zones 4
holds "an unknown preset exits 2" exits 2 new --preset etcd-3.7
holds "with the nearest" grep -qF 'did you mean "etcd-3.4"?' "$folder/said"
holds "a round trip without a unit exits 2" exits 2 new --rtt 2
