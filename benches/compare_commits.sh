#!/usr/bin/env bash
# Runs the benchmarks of two commits on this machine, in turns, and shows both outputs one under the other.
#
#     benches/compare_commits.sh [BEFORE [AFTER]]        default: HEAD~1 and HEAD
#
# Each commit is built in a work tree of its own; both share one target folder, so that dependencies are built once.
set -euo pipefail
before=$(git rev-parse --short "${1:-HEAD~1}")
after=$(git rev-parse --short "${2:-HEAD}")
root=$(git rev-parse --show-toplevel)
folder=$(mktemp -d)
trap 'for c in "$before" "$after"; do git -C "$root" worktree remove --force "$folder/$c" 2>/dev/null || true; done; rm -rf "$folder"' EXIT
export CARGO_TARGET_DIR="$root/target/compare"

for commit in "$before" "$after"; do
    git -C "$root" worktree add --quiet --detach "$folder/$commit" "$commit"
    (cd "$folder/$commit" && cargo bench --bench jobs --no-run --quiet)
    built=$(ls -t "$CARGO_TARGET_DIR"/release/deps/jobs-* | grep -v '\.d$' | head -n 1)
    cp "$built" "$folder/jobs-$commit"
done
for turn in 1 2; do
    for commit in "$before" "$after"; do
        echo "== $commit, turn $turn"
        "$folder/jobs-$commit" --bench
    done
done
