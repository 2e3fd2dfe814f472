#!/usr/bin/env python3
"""Checks what the compiler cannot: layers, include rings, lengths, banned words, tables, tests."""
import json
import pathlib
import re
import sys

# Modules of several files: their parts share one struct and may call each other.
WORLD = r"sim/(world|node|note|host|net|disk|clock|plan|process|client|call|deed|resolve|broker|broker_parts|controller|in_sync|replica|replicate|producer)\."
MEASURE = r"sim/(measure|metric|episode|campaign|cause|partition_episode|partition_publish|partition_log|tally|sample)\.|sim/metrics/"
RUN = r"sim/(run|verdict)\w*\."
PLOT = r"sim/plot\w*\."
STORE = r"sim/store\w*\."
SWEEP = r"sim/sweep\w*\."
SHRINK = r"sim/shrink\w*\."
SUITE = r"sim/suite\w*\."
# A file may include its own layer and those above it in this list.
LAYERS = [
    r"raft/(must|room|chance|raft|metadata|elector)\.",
    r"raft/(log|progress|quorum|silence)\.",
    r"raft/",
    r"sim/(base|rng|text|map|prefix|history|linearizable|interval|suggest|quantity|quantile_tables|input|file|interrupt|workers|statistics)\.",
    r"sim/(queue|field|record|distribution|place|scan|json)\.",
    r"sim/(action|options|preset|backend)\.",
    r"sim/(scenario|bind|settings)\w*\.",
    WORLD,
    rf"sim/(observer|health|liveness|chain|witness|evidence|strip|promise)\.|sim/(actions|invariants)/|{MEASURE}",
    RUN,
    rf"sim/(output|tree\w*)\.|sim/(outputs|page)/|{PLOT}",
    r"sim/(store|columns)\w*\.",
    r"sim/(sweep|compare|tune|baseline|report|suite|junit|shrink|explain|explore|swarm|coverage)\w*\.",
    r"sim/(command|catalogue|flags|main|bench_partitions)\.|sim/commands/",
    r"tests/",
]
BOUNDARY = {"raft/raft.h", "raft/must.h", "raft/chance.h", "raft/elector.h", "raft/metadata.h"}
# What moves the world: nothing in here may be a floating-point number.
EXACT = rf"raft/|sim/actions/|sim/(base|rng|queue|record|distribution|action)\.|{WORLD}"
BANNED = [  # words, files, where they are allowed, why
    (r"\b(s?rand|random|drand48|rand_r)\s*\(", r"raft/|sim/", None, "chance is drawn from keyed streams"),
    (r"\b(time|clock|gettimeofday|localtime|gmtime)\s*\(", r"raft/|sim/", None, "time comes from the world"),
    (r"\bclock_gettime\s*\(", r"raft/|sim/", r"sim/(run|sweep|suite_work|workers|progress|bench_partitions|outputs/|commands/)", "time comes from the world"),
    (r"\b(malloc|calloc|realloc)\s*\(", r"sim/", r"sim/base\.c", "use allocate, make_room"),
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof)\s*\(", r"", None, "use the bounded or checked form"),
    (r"\b(float|double)\b", EXACT, None, "what moves the world is exact"),
    (r"\b(printf|fprintf|puts|fputs|fopen|getenv|exit)\s*\(", r"raft/", r"raft/must\.c", "a backend performs no I/O"),
    (r"\b(setlocale|srand|alloca)\s*\(", r"", None, "not here"),
]
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
FUNCTION_LINES, FUNCTION_P95, FILE_LINES, COLUMNS, PARAMETERS = 50, 30, 400, 100, 5


def matches(rule, path):
    return rule is not None and re.match(rule, path)


def layer(path):
    return next((i for i, rule in enumerate(LAYERS) if matches(rule, path)), None)


def module(path):
    """A .c and its .h are one."""
    for name, parts in (("sim/world", WORLD), ("sim/measure", MEASURE), ("sim/run", RUN), ("sim/plot", PLOT),
                        ("sim/store", STORE), ("sim/sweep", SWEEP), ("sim/shrink", SHRINK),
                        ("sim/suite", SUITE)):
        if re.match(parts, path):
            return name
    return re.sub(r"\.(c|h)$", "", path)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    """Comments and the insides of literals become spaces, so that offsets stay."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda m: blank(m) if m.group()[0] == "/" else '"' + blank(m)[1:-1] + '"', text, flags=re.S)


def parameters(head):
    """How many parameters a function's head declares."""
    inside = head[head.index("(") + 1:]
    depth = commas = 0
    for character in inside:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            break
        commas += character == "," and depth == 0
    return commas + ("..." not in inside)


def functions(lines):
    """(line of the head, head, length of the body) of each function; braces stand in column 0."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            first = start - 1
            while first > 0 and re.match(r"[\s)]", lines[first]):
                first -= 1
            head = " ".join(lines[first:start])
            if "(" in head:
                yield first + 1, head, number - start - 1
            start = None


def lengths(path, lines, found):
    sizes = []
    for number, head, size in functions(lines):
        sizes.append(size)
        if size > FUNCTION_LINES:
            found.append(f"{path}:{number}: {size} lines in one function, at most {FUNCTION_LINES}")
        if not head.startswith("START_TEST") and parameters(head) > PARAMETERS:
            found.append(f"{path}:{number}: {parameters(head)} parameters, at most {PARAMETERS}")
    if len(lines) > FILE_LINES:
        found.append(f"{path}: {len(lines)} lines, at most {FILE_LINES}")
    return sizes


def is_mutable(statement):
    """Is this file-scope statement a variable that can change?"""
    while "{" in statement:
        statement = re.sub(r"\{[^{}]*\}", "@", statement)
    head = statement.split("=", 1)[0].strip()
    plain = re.sub(r"__attribute__\s*\(\(.*?\)\)|_Alignas\s*\(.*?\)", "", head)
    if not head or re.match(r"(typedef|extern|_Static_assert|ROW|X)\b", head) or "sig_atomic_t" in head:
        return False
    if re.search(r"^[^(]*\((?!\s*\*)", plain):
        return False  # a prototype, or a macro's row
    if re.fullmatch(r"(struct|enum|union)\s*\w*\s*@?", plain):
        return False  # a type
    declarator = plain[plain.rindex("*"):] if "*" in plain else plain
    return not re.search(r"\bconst\b", declarator)


def globals_in(path, code, found):
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.M)
    depth, start = 0, 0
    for match in re.finditer(r"[{};]", code):
        token = match.group()
        if token == "}" and depth == 1 and re.match(r"\s*\n\S|\s*$", code[match.end():]):
            depth, start = 0, match.end()  # a function's end
            continue
        depth += (token == "{") - (token == "}")
        if token == ";" and depth == 0:
            if is_mutable(code[start:match.start()]):
                found.append(f"{path}:{line_of(code, match.start())}: a mutable variable at file scope")
            start = match.end()
    for match in re.finditer(r"^[ \t]+static\b(?!.*\bconst\b)[^(\n]*[;=]", code, re.M):
        found.append(f"{path}:{line_of(code, match.start())}: a mutable static variable")


def words(path, code, found):
    for pattern, where, allowed, why in BANNED:
        if matches(where, path) and not matches(allowed, path):
            for match in re.finditer(pattern, code):
                found.append(f"{path}:{line_of(code, match.start())}: {match.group()}: {why}")


def includes(path, text, graph, found):
    own = layer(path)
    if own is None:
        found.append(f"{path}: belongs to no layer (scripts/tidy.py has the list)")
        return
    for target in re.findall(r'^#include "(.*)"', text, re.M):
        if target.endswith(".def"):
            continue
        if not pathlib.Path(target).exists():
            found.append(f"{path}: {target} is not there")
            continue
        graph.setdefault(module(path), set()).add(module(target))
        if path.startswith("raft/") and not target.startswith("raft/"):
            found.append(f"{path}: raft/ knows nothing of {target}")
        if path.startswith("sim/") and target.startswith("raft/") and target not in BOUNDARY:
            found.append(f"{path}: {target} is private to raft/")
        other = layer(target)
        if other is None or other > own:
            found.append(f"{path}: {target} is in a higher layer")


def rings(graph, found):
    done, path = set(), []

    def visit(name):
        if name in path:
            found.append("include ring: " + " -> ".join(path[path.index(name):] + [name]))
        elif name not in done:
            path.append(name)
            for other in sorted(graph.get(name, set()) - {name}):
                visit(other)
            path.pop()
            done.add(name)

    for name in sorted(graph):
        visit(name)


def guard(path, text, found):
    name = re.sub(r"\W", "_", path).upper()
    if not re.search(rf"^#ifndef {name}\n#define {name}\n", text, re.M) or not text.endswith("#endif\n"):
        found.append(f"{path}: its include guard is not {name}")


def rows(path):
    return re.findall(r"^ROW\((\w+)", pathlib.Path(path).read_text(), re.M)


def tables(found):
    """A row of X.def is a file of X/, and the other way round."""
    for table in sorted(pathlib.Path("sim").glob("*.def")):
        folder = table.with_suffix("")
        files = {file.stem for file in folder.glob("*.c")} if folder.is_dir() else None
        names = rows(table)
        found += [f"{table}: row {name} twice" for name in sorted(set(names)) if names.count(name) > 1]
        if files is None or table.stem == "metrics":  # one family of metrics a file
            continue
        found += [f"{table}: row {name} has no {folder}/{name}.c" for name in sorted(set(names) - files)]
        found += [f"{folder}/{name}.c: no row in {table}" for name in sorted(files - set(names))]
    suites = {file.stem[5:] for file in pathlib.Path("tests/unit").glob("test_*.c")}
    listed = set(rows("tests/unit/tests.def"))
    found += [f"tests/unit/tests.def: no row for test_{name}.c" for name in sorted(suites - listed)]


def proofs(found):
    """Each scenario says what it shows and has a golden; each invariant a mutant that trips it."""
    plans = {file.stem: file for file in sorted(pathlib.Path("scenarios").rglob("*.json"))}
    goldens = {file.stem for file in pathlib.Path("tests/golden").glob("*.txt")}
    for name, file in plans.items():
        try:
            plan = json.loads(file.read_text())
            found += [f"{file}: no {key}" for key in ("description", "expect") if key not in plan]
        except ValueError as error:
            found.append(f"{file}: {error}")
    found += [f"scenarios/{name}.json: no tests/golden/{name}.txt (make bless)" for name in sorted(plans.keys() - goldens)]
    found += [f"tests/golden/{name}.txt: no such scenario" for name in sorted(goldens - plans.keys())]
    caught = set()
    for patch in sorted(pathlib.Path("tests/mutants").glob("*.patch")):
        caught.update(re.findall(r"^rule: (\S+)", patch.read_text(), re.M))
    for file in sorted(pathlib.Path("sim/invariants").glob("*.c")):
        found += [f"{file}: no mutant in tests/mutants trips {rule}"
                  for rule in re.findall(r'\.name = "([^"]+)"', file.read_text()) if rule not in caught]


def main():
    graph, found, sizes = {}, [], []
    files = [file for folder in ("raft", "sim", "tests") for kind in ("c", "h", "def")
             for file in sorted(pathlib.Path(folder).rglob(f"*.{kind}"))]
    for file in files:
        path, text = str(file), file.read_text()
        code, lines = without_comments(text), text.splitlines()
        found += [f"{path}:{n}: {len(line)} columns, at most {COLUMNS}"
                  for n, line in enumerate(lines, 1) if len(line) > COLUMNS and file.suffix != ".def"]
        found += [f"{path}:{line_of(text, m.start())}: {m.group()}: finish it or open an issue"
                  for m in UNFINISHED.finditer(text)]
        words(path, code, found)
        if file.suffix == ".def":
            continue
        product = not path.startswith("tests/")
        sizes += [size for size in lengths(path, lines, found) if product]
        includes(path, text, graph, found)
        if product:
            globals_in(path, code, found)
        if file.suffix == ".h":
            guard(path, text, found)
    rings(graph, found)
    tables(found)
    proofs(found)
    p95 = sorted(sizes)[len(sizes) * 95 // 100] if sizes else 0
    if p95 > FUNCTION_P95:
        found.append(f"functions: the 95th percentile is {p95} lines, at most {FUNCTION_P95}")
    if found:
        print("\n".join(found))
    median = sorted(sizes)[len(sizes) // 2] if sizes else 0
    print(f"{len(files)} files, {len(sizes)} functions of median {median}, p95 {p95}, longest {max(sizes, default=0)} lines")
    print(f"{len(files) - min(len(files), len(found))} passed, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
