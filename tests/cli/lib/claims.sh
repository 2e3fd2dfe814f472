# What all tests of the command line begin with: where things are, and how a claim is put.
# A claim is a line, `ok NAME` or `not ok NAME`; what came instead follows, indented.
set -u
program=$RAFTSIM
folder=$TMP

indented() # file ...: its beginning
{
    cat "$@" 2>/dev/null | head -n 20 | head -c 2000 | sed 's/^/    /'
}
expect() # name, exit status, command ...: what it says is left in out and err
{
    local name=$1 wanted=$2 got
    shift 2
    "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    if [ "$got" -eq "$wanted" ]; then
        echo "ok $name"
    else
        echo "not ok $name: exit status $got, wanted $wanted"
        indented "$folder/err"
    fi
}
holds() # name, command ...: out and err stay as they are
{
    local name=$1
    shift
    if "$@" >"$folder/why" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        indented "$folder/why" "$folder/err"
    fi
}
refused() # name, what the sentence holds, words of raftsim ...: one sentence, and nothing done
{
    local name=$1 sentence=$2 got
    shift 2
    "$program" "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    if [ "$got" -eq 2 ] && [ ! -s "$folder/out" ] && [ "$(wc -l <"$folder/err")" -eq 1 ] &&
        grep -qF -- "$sentence" "$folder/err"; then
        echo "ok $name"
    else
        echo "not ok $name: exit status $got, wanted 2 and '$sentence'"
        indented "$folder/err"
    fi
}

# What holds of the last command that was expected.
said() { grep -q -- "$1" "$folder/out"; }
complained() { grep -q -- "$1" "$folder/err"; }
fits() # file, or what was said: 80 columns hold it, and there is something
{
    awk 'length > 80 { print; wide = 1 } END { exit wide || NR == 0 }' "${@:-$folder/out}"
}
replay() { python3 -c "import json; print(json.load(open('$folder/out'))['replay'])"; }

plan() { printf '%s' "$2" >"$folder/$1.json"; } # name, JSON
