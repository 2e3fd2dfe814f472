# For the launchers in this folder: FILE SEEDS SHARDS DIR [raftsim sweep's other flags]
# Each shard is `raftsim sweep FILE --seeds SEEDS --shard I/SHARDS --store DIR/I.db`; what was done
# is not done again, so that calling a launcher twice finishes what was interrupted.
: "${RAFTSIM:=build/raftsim}"
if [ $# -lt 4 ]; then
    echo "usage: $0 FILE SEEDS SHARDS DIR [FLAGS of raftsim sweep]" >&2
    exit 2
fi
file=$1 seeds=$2 shards=$3 dir=$4
shift 4
mkdir -p "$dir" || exit 74
dir=$(cd "$dir" && pwd)
export RAFTSIM
