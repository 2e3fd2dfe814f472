# Builds raftsim and runs its checks. `make help` lists the targets; V=1 shows the commands.
# A variant is a folder and flags: make BUILD=build/o0 CFLAGS=-O0 CC=clang
BUILD    ?= build
CFLAGS   ?= -g -O3 $(if $(findstring clang,$(CC)),,-flto=auto -fno-pie -no-pie)
PREFIX   ?= /usr/local
SCENARIO ?= split-vote.json

warnings := -Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow -Wvla -Wstrict-prototypes \
            -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wswitch-enum -Wno-unknown-warning-option -Wno-format-truncation
compile   = $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(warnings) $(CPPFLAGS) $(CFLAGS) -MMD -MP
link      = $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcjson -lsqlite3 -lz -lm
sanitize := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

objects   = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
product  := $(call objects,raft/*.c sim/*.c sim/*/*.c)
library  := $(filter-out $(BUILD)/sim/main.o,$(product))
unit     := $(call objects,tests/unit/*.c)
conform  := $(call objects,tests/conformance/*.c)
replay   := $(call objects,tests/transcripts/replay.c)
fuzzers  := $(call objects,tests/fuzz/*.c)
quiet     = $(if $(V),,@echo "  $@";)

# SCENARIO is a file of scenarios/ or any path.
scenario := $(firstword $(wildcard scenarios/$(SCENARIO) scenarios/*/$(SCENARIO)) $(SCENARIO))
# `make setup sim`: nothing else begins before setup has ended, whatever -j says.
setup    := $(filter setup,$(MAKECMDGOALS))
targets  := $(shell sed -nE 's/^([a-z-]+):.*/\1/p' Makefile)
.PHONY: $(targets)
.SECONDARY:

all: $(BUILD)/raftsim ## build the simulator (the default)
$(filter-out setup,$(targets)): | $(setup)

setup: ## install what is missing (apt-get); does nothing when all is there
	@scripts/setup
sim: $(BUILD)/raftsim ## run SCENARIO=split-vote.json [SEED=7]
	@$< run $(scenario) $(SEED:%=--seed %) || \
	    { status=$$?; echo "raftsim: exit status $$status" >&2; exit $$status; }
plot: $(BUILD)/raftsim ## draw the run of SCENARIO=split-vote.json [SEED=7] into reports/out/
	@$< plot $(scenario) $(SEED:%=--seed %)
figures: $(BUILD)/raftsim ## reproduce published elections, and say how far off they are
	@scripts/figures $<
bench: $(BUILD)/raftsim ## events, simulated time and failovers a second; instructions an event
	@$< bench
	@scripts/gate $< print

check: ## all stages from tidy to gate, a line each
	@scripts/check tidy docs test transcripts conformance golden cli asan same mutants gate
tidy: ## layers, include rings, lengths, banned words, tables and their files
	@scripts/tidy.py
docs: $(BUILD)/raftsim ## the README's tables are those of `raftsim list`
	@scripts/readme $< compare
test: $(BUILD)/unit ## unit tests
	@$<
transcripts: $(BUILD)/replay ## the Raft core alone: commands and exact replies
	@$< tests/transcripts/*.txt
conformance: $(BUILD)/conformance ## replay vectors of etcd/raft's own tests: [VECTORS=DIR]
	@$< $(VECTORS)
golden: $(BUILD)/raftsim ## every scenario gives the run that was accepted
	@scripts/golden $< compare
cli: $(BUILD)/raftsim ## tests of the command line
	@scripts/cli $<
asan: ## units, transcripts, goldens and command line under the sanitizers
	@CK_FORK=no $(MAKE) --no-print-directory BUILD=build/asan CFLAGS="$(sanitize)" \
	    test transcripts golden cli
same: ## one trace hash from two compilers, two optimisations and the sanitizers
	@scripts/same "$(sanitize)"
mutants: ## every planted bug breaks the rule that it names
	@scripts/mutants
gate: $(BUILD)/raftsim ## instructions an event, by callgrind, against tests/gate.txt
	@scripts/gate $< compare
regress: $(BUILD)/raftsim ## all of scenarios/ with their sweeps, into build/junit.xml
	@$< test scenarios/ --junit build/junit.xml
bless: $(BUILD)/raftsim ## accept goldens, README tables and instruction count as they are now
	@scripts/golden $< accept
	@scripts/readme $< accept
	@scripts/examples $< accept
	@scripts/gate $< accept

launchers: $(BUILD)/raftsim ## try parallel, ssh, MPI and Slurm for real, where they are installed; not in check
	@tests/launchers/run $<
same-arch: ## one trace hash on i686, aarch64 and big-endian s390x too (qemu); not in check
	@scripts/same-arch
fuzz: ## fuzz what reads input: [FUZZ_SECONDS=60]; not in check
	@scripts/fuzz
format: ## put every C file in the one format
	clang-format -i $(wildcard raft/*.[ch] sim/*.[ch] sim/*/*.[ch] tests/*/*.[ch])
install: $(BUILD)/raftsim ## install program and manual under PREFIX=/usr/local
	install -D $< $(DESTDIR)$(PREFIX)/bin/raftsim
	install -D -m 644 scripts/raftsim.1 $(DESTDIR)$(PREFIX)/share/man/man1/raftsim.1
clean: ## remove what was built
	rm -rf build reports/out
help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | expand -t 13

$(BUILD)/raftsim: $(product)
	$(quiet)$(link)
$(BUILD)/unit: $(library) $(unit)
	$(quiet)$(link) $(shell pkg-config --libs check)
$(BUILD)/conformance: $(library) $(conform)
	$(quiet)$(link)
$(BUILD)/replay: $(library) $(replay)
	$(quiet)$(link)
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(library)
	@mkdir -p $(@D)
	$(quiet)$(link)
$(BUILD)/%.o: %.c | $(setup)
	@mkdir -p $(@D)
	$(quiet)$(compile) -c -o $@ $<

-include $(patsubst %.o,%.d,$(product) $(unit) $(conform) $(replay) $(fuzzers))
