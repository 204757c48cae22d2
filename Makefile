# The two commands of the README, and the benchmarks. Everything that is needed gets installed on the way, and says so.
CONFIG ?= Release
N ?= 20
VERSION ?= 0.1.0
CGROUP ?= both
ARTIFACTS := $(CURDIR)/artifacts
LAB := dotnet tests/Rebalancer.Lab/bin/$(CONFIG)/net10.0/Rebalancer.Lab.dll
SIMULATION := dotnet tests/Rebalancer.Simulation/bin/$(CONFIG)/net10.0/Rebalancer.Simulation.dll
BENCHMARKS := dotnet benchmarks/Rebalancer.Benchmarks/bin/$(CONFIG)/net10.0/Rebalancer.Benchmarks.dll
TESTS := $(sort $(wildcard tests/*.Tests))
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: demo test test-here fuzz images image-packages simulate-faults lab-faults lab-vm lab-soak lab-workloads bench-wrapper bench-migration bench-planner bench-extender bench-risk bench-simulate apiserver cli build publish packages format clean

## demo: a window opens, a plan consolidates four nodes to two by live moves, one of them is interrupted, and everything moves again, watched by clients that check every reply
demo: publish
	$(LAB) exec -- $(LAB) demo

## test: every test, real migrations included
test: publish
	$(LAB) exec -- $(MAKE) --no-print-directory test-here

# Inside the lab's namespaces, where tests may make networks and cgroups without touching the machine.
test-here:
	@mkdir -p $(ARTIFACTS); rm -f $(ARTIFACTS)/test.log; status=0; \
	for project in $(TESTS); do \
	  echo "== $$project"; \
	  dotnet test $$project -c $(CONFIG) --no-build --nologo -v q --logger "console;verbosity=normal" 2>&1 | tee -a $(ARTIFACTS)/test.log | grep -vE '^\s*$$|Passed Rebalancer' ; \
	  [ $${PIPESTATUS[0]} -eq 0 ] || status=1; \
	done; \
	awk '/^ *(Passed|Failed) /{show=0} /^ *Failed Rebalancer/{show=40} show-->0' $(ARTIFACTS)/test.log; \
	awk '/^ *Passed: /{p+=$$2} /^ *Failed: /{f+=$$2} END{printf "%d passed, %d failed\n", p, f}' $(ARTIFACTS)/test.log; \
	awk '/^ *Failed Rebalancer/{sub(/^ */, ""); name=$$0; message=""; reading=0; next} name && /^ *Error Message:/{reading=1; next} name && /^ *Stack Trace:/{print name ": " substr(message, 1, 600); name=""} reading{sub(/^ */, ""); message=message " " $$0}' $(ARTIFACTS)/test.log; \
	exit $$status
test-here: SHELL := /bin/bash

# What depends on the kernel: trackers on their own, and moves.
VM_TESTS := FullyQualifiedName~SoftDirtyTrackerTests|FullyQualifiedName~TrackerChoiceTests|FullyQualifiedName~ThreadStopTests|FullyQualifiedName~RoundsTests|FullyQualifiedName~Moves.MoveTests|FullyQualifiedName~Moves.MemoryTests
VM_PROJECTS := Rebalancer.Agent.Tests Rebalancer.Lab.Tests

## fuzz: hostile input for every reader of what others write, SECONDS long in all, from SEED; what is found is kept in the corpus (ONLY=NAME for one reader)
fuzz: SECONDS := 300
fuzz: SEED := $(shell date +%Y%m%d)
fuzz:
	dotnet build tests/Rebalancer.Fuzz.Tests -c $(CONFIG) --nologo -v q
	REBALANCER_FUZZ_SECONDS=$(SECONDS) REBALANCER_FUZZ_SEED=$(SEED) $(if $(ONLY),REBALANCER_FUZZ_ONLY=$(ONLY)) dotnet vstest tests/Rebalancer.Fuzz.Tests/bin/$(CONFIG)/net10.0/Rebalancer.Fuzz.Tests.dll '--TestCaseFilter:FullyQualifiedName~Reader_' '--logger:console;verbosity=normal'

## simulate-faults: moves in a simulated cluster in which everything fails, by seeds, SEEDS of them in two processes (ARGS="--seed N" plays one and shows what happens)
simulate-faults: SEEDS := 10000
simulate-faults: FIRST := 1
simulate-faults:
	dotnet build tests/Rebalancer.Simulation -c $(CONFIG) --nologo -v q
	$(if $(ARGS),$(SIMULATION) $(ARGS),@half=$$(( $(SEEDS) / 2 )); $(SIMULATION) --first $(FIRST) --seeds $$half & first=$$!; \
	$(SIMULATION) --first $$(( $(FIRST) + half )) --seeds $$(( $(SEEDS) - half )); status=$$?; wait $$first && exit $$status)

## lab-faults: somebody dies somewhere in a move, N times: who, where and for which owner is drawn by a seed
lab-faults: publish
	$(LAB) exec -- env REBALANCER_FAULT_SEEDS=$(or $(filter-out 20,$(N)),200) dotnet test tests/Rebalancer.Lab.Tests -c $(CONFIG) --no-build --nologo --filter FullyQualifiedName~SeededFaultTests --logger "console;verbosity=normal"

## lab-vm: real moves in an emulated machine with Debian's kernel, where soft-dirty bits tell written pages
lab-vm: publish
	$(LAB) vm $(ARGS) -- env REBALANCER_LAB_TRACKER=SoftDirty dotnet vstest $(foreach p,$(VM_PROJECTS),tests/$(p)/bin/$(CONFIG)/net10.0/$(p).dll) '--TestCaseFilter:$(VM_TESTS)' '--logger:console;verbosity=normal'

## lab-soak: the same Redis pod moved back and forth N times under load
lab-soak: publish
	$(LAB) exec -- $(LAB) soak --moves $(N) --cgroup $(CGROUP)

# Images of these are made of Debian packages that no node has.
WITH_PROGRAMS := nginx node jvm

## lab-workloads: Redis, PostgreSQL, 200 WebSockets, an ASP.NET service, a training loop, 200 threads, a tree of processes, one that forks all the time, nginx with a large download, Node.js and a JVM, each moved N times under load and compared at the end (ARGS="--only NAME..." for some)
lab-workloads: N := 10
lab-workloads: CGROUP := v2
lab-workloads: publish
	dotnet publish tests/Rebalancer.Lab.Service -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish-service
	$(if $(or $(if $(findstring --only,$(ARGS)),,all),$(filter $(WITH_PROGRAMS),$(ARGS))),$(LAB) rootfs --programs)
	$(LAB) exec -- $(LAB) workloads --moves $(N) --cgroup $(CGROUP) $(ARGS)

## bench-wrapper: what rebalancer-runc adds to a runc call
bench-wrapper: publish
	$(LAB) exec -- dotnet benchmarks/Rebalancer.Benchmarks/bin/$(CONFIG)/net10.0/Rebalancer.Benchmarks.dll wrapper

## bench-migration: a move beside runc's and podman's checkpoint and restore, N moves of each Redis (ARGS for a part: --methods, --memory, --writes, --links)
bench-migration: N := 10
bench-migration: publish
	$(LAB) exec -- dotnet benchmarks/Rebalancer.Benchmarks/bin/$(CONFIG)/net10.0/Rebalancer.Benchmarks.dll migration --moves $(N) $(ARGS)

## bench-planner: the planner's search on public problems with published results, its plans beside the optimum, and on large clusters, into artifacts/bench-planner.json; 32 minutes (SECONDS= for less)
bench-planner: SECONDS := 300
bench-planner: build
	$(BENCHMARKS) roadef --instance final --seconds $(SECONDS) --threads 2 --report
	$(BENCHMARKS) vmr --moves 50 --seconds 5 --threads 2 --report
	$(BENCHMARKS) exact --report
	$(BENCHMARKS) consolidation --sixty --report

## bench-extender: how fast the extender answers prioritize over HTTP, with 5,000 nodes and 100,000 pods, into artifacts/bench-extender.json; 2 minutes
bench-extender:
	dotnet publish scheduler/Rebalancer.Scheduler -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish/scheduler
	dotnet build benchmarks/Rebalancer.Benchmarks -c $(CONFIG) --nologo -v q
	$(BENCHMARKS) extender $(ARGS)

## bench-risk: forecasts of spot interruptions on recorded traces beside simple baselines, into artifacts/bench-risk.json; a minute
bench-risk:
	dotnet build benchmarks/Rebalancer.Benchmarks -c $(CONFIG) --nologo -v q
	$(BENCHMARKS) risk --report $(ARGS)

## bench-simulate: how long simulate takes for 7 days of 1,000 nodes, into artifacts/bench-simulate.json; two minutes (ARGS="--nodes 200 --days 1" for less)
bench-simulate:
	dotnet build descheduler/Rebalancer.Cli -c $(CONFIG) --nologo -v q
	dotnet build benchmarks/Rebalancer.Benchmarks -c $(CONFIG) --nologo -v q
	$(BENCHMARKS) simulate --report $(ARGS)

## apiserver: the API server double, for kubectl
apiserver: build
	dotnet tests/Rebalancer.Testing/bin/$(CONFIG)/net10.0/Rebalancer.Testing.dll --port 8001 --crds manifests/crds --kubeconfig $(ARTIFACTS)/kubeconfig

build: packages
	dotnet build Rebalancer.sln -c $(CONFIG) --nologo -v q

## publish: the programs as they run on a node, in artifacts/publish
publish: build
	dotnet publish agent/Rebalancer.Agent -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish/agent
	dotnet publish descheduler/Rebalancer.Descheduler -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish/descheduler
	dotnet publish scheduler/Rebalancer.Scheduler -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish/scheduler
	dotnet publish agent/Rebalancer.Runtime -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish/bin
	dotnet publish agent/Rebalancer.Cni -c $(CONFIG) --nologo -v q -o $(ARTIFACTS)/publish/bin

# Self-contained, each with the runtime that it needs: the images have nothing else. Lock files are of the programs as they are built otherwise.
SELF_CONTAINED := -c $(CONFIG) -p:NuGetLockFilePath=obj/images.lock.json --nologo -v q -r linux-x64 --self-contained true -p:SelfContained=true -p:PublishReadyToRun=true -p:Version=$(VERSION)

## images: OCI archives of the programs in artifacts/images, without a registry or a daemon; import them with `ctr -n k8s.io images import`
images: packages image-packages
	dotnet publish agent/Rebalancer.Agent $(SELF_CONTAINED) -o $(ARTIFACTS)/publish-images/agent
	dotnet publish descheduler/Rebalancer.Descheduler $(SELF_CONTAINED) -o $(ARTIFACTS)/publish-images/descheduler
	if [ -d scheduler/Rebalancer.Scheduler ]; then dotnet publish scheduler/Rebalancer.Scheduler $(SELF_CONTAINED) -o $(ARTIFACTS)/publish-images/scheduler; fi
	dotnet publish agent/Rebalancer.Runtime -c $(CONFIG) --nologo -v q -p:Version=$(VERSION) -o $(ARTIFACTS)/publish-images
	dotnet publish agent/Rebalancer.Cni -c $(CONFIG) --nologo -v q -p:Version=$(VERSION) -o $(ARTIFACTS)/publish-images
	manifests/images/build.sh $(VERSION) $(ARTIFACTS)/publish-images $(ARTIFACTS)/images-work $(ARTIFACTS)/images

## cli: kubectl-rebalancer, one file that needs nothing else, in artifacts/cli (RID= for another system than this one); put it into PATH, and kubectl rebalancer works
cli: RID := linux-x64
cli:
	dotnet publish descheduler/Rebalancer.Cli -c $(CONFIG) -r $(RID) --self-contained true -p:SelfContained=true -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true \
	  -p:IncludeNativeLibrariesForSelfExtract=true -p:DebugType=none -p:NuGetLockFilePath=obj/cli.lock.json -p:Version=$(VERSION) --nologo -v q -o $(ARTIFACTS)/cli
	@echo "$(ARTIFACTS)/cli/kubectl-rebalancer"

image-packages:
	@missing=; for p in umoci patchelf debian-archive-keyring; do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing Debian packages:$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; fi

# NativeAOT links with gcc and zlib; the lab installs what it needs by itself.
packages:
	@missing=; for p in gcc zlib1g-dev; do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing Debian packages:$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; fi

format:
	dotnet format Rebalancer.sln --verify-no-changes

clean:
	rm -rf $(ARTIFACTS); find . -name bin -o -name obj | grep -v '^./\.git' | xargs rm -rf
