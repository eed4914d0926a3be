"""Random comparisons, each judged by FastVideo's comparator and by bench-runner.

    python3 differ.py FASTVIDEO BENCH_RUNNER [--count N] [--from N] [--only seed|fastvideo]
    python3 differ.py FASTVIDEO BENCH_RUNNER --golden FILE --count N

In: a checkout of FastVideo, or its git directory, and the program. Out: how many comparisons agree,
and what differs in the others: exit codes, normalized records, tables, and what is stored. With
--golden, the cases and what FastVideo decided, in place of running the program.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import Maker  # noqa: E402
from comparators import NOW, Comparator  # noqa: E402

ULID = re.compile(r"_[0-9A-HJKMNP-TV-Z]{26}\.json$")


def sanitize(text):
    return re.sub(r"[^A-Za-z0-9._-]", "_", str(text))


def lay_out(case, root):
    """Puts a case's files where the suite has them."""
    for index, raw in enumerate(case["raw"]):
        write(os.path.join(root, "results", f"perf_{index}.json"), raw)
    os.makedirs(os.path.join(root, "results"), exist_ok=True)
    os.makedirs(os.path.join(root, "history"), exist_ok=True)
    for record in case["history"]:
        write(os.path.join(root, "history", path_of(record)), record)


def path_of(record):
    model, time, commit = (sanitize(record.get(key)) for key in ("model_id", "timestamp", "commit_sha"))
    return f"{model}/{time}_{commit}.json"


def write(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def run_ours(program, comparator, case, root):
    env = {"PATH": os.environ["PATH"], "BENCH_RUNNER_NOW": NOW, **case["env"]}
    command = [program, "compare", "--policy", comparator, "--layout", "fastvideo",
               "--results", "results", "--store", "history", "--reports", "reports"]
    if comparator == "seed":
        stores = env.get("TEST_SCOPE") == "full" and env.get("BUILDKITE_BRANCH") == "main"
        command += ["--persist", "always" if stores else "never"]
    elif not env.get("PERF_UPLOAD_POLICY"):
        command += ["--persist", "never"]
    before = files_below(os.path.join(root, "history"))
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    after = files_below(os.path.join(root, "history"))
    stored = {path: text for path, text in after.items() if before.get(path) != text}
    folder = os.path.join(root, "reports")
    tables = [name for name in sorted(os.listdir(folder)) if name.startswith("perf_")] if os.path.isdir(folder) else []
    markdown = "".join(open(os.path.join(folder, name), encoding="utf-8").read() for name in tables)
    return {"exit_code": done.returncode, "stderr": done.stderr, "stored": stored, "markdown": markdown,
            "artifacts": files_below(os.path.join(folder, "results"))}


def files_below(folder):
    found = {}
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("index", "raw")]
        for name in names:
            if name.endswith(".json"):
                with open(os.path.join(path, name), encoding="utf-8") as file:
                    found[os.path.relpath(os.path.join(path, name), folder)] = file.read()
    return found


def rows(markdown):
    """Rows of the table, less its heading; here control characters are spaces."""
    lines = [line for line in markdown.split("\n") if line.startswith("| ")]
    return [re.sub(r"[\x00-\x1f]", " ", line) for line in lines if not line.startswith("| Model |")]


def artifact_names(records):
    """Names of the artifacts, of which those that FastVideo overwrites have a number here."""
    taken = collections.Counter()
    for record in records:
        commit = record["commit_sha"] or "unknown"
        stem = "_".join(["normalized_perf", *map(sanitize, [record["model_id"], record["timestamp"], commit])])
        taken[stem] += 1
        yield f"{stem}.json" if taken[stem] == 1 else f"{stem}_{taken[stem]}.json"


def same(theirs, ours):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return theirs.keys() == ours.keys() and all(same(theirs[key], ours[key]) for key in theirs)
    return theirs == ours and isinstance(theirs, bool) == isinstance(ours, bool)


def differences(theirs, ours):
    """What differs, one line each."""
    if theirs["exit_code"] != ours["exit_code"]:
        yield f"exit code: {theirs['exit_code']} there, {ours['exit_code']} here: {ours['stderr'][:300]}"
    if rows(theirs["markdown"]) != rows(ours["markdown"]):
        yield f"table:\n      {rows(theirs['markdown'])}\n      {rows(ours['markdown'])}"
    names = list(artifact_names(theirs["normalized"]))
    if sorted(names) != sorted(ours["artifacts"]):
        yield f"artifacts: {names} there, {sorted(ours['artifacts'])} here"
        return
    for name, record in zip(names, theirs["normalized"], strict=True):
        own = json.loads(ours["artifacts"][name])
        for key, value in record.items():
            if key not in own or not same(value, own[key]):
                yield f"{key}: {value!r} there, {own.get(key, 'absent')!r} here"
    stored = {ULID.sub(".json", path) for path in ours["stored"]}
    if stored != set(theirs["stored"]):
        yield f"stored: {sorted(theirs['stored'])} there, {sorted(ours['stored'])} here"


def judge(comparator, number, program):
    """What FastVideo decides of a case, and what differs here."""
    case = json.loads(json.dumps(Maker(number, comparator.name).case()))
    root = tempfile.mkdtemp(prefix="differ-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    try:
        roots = [os.path.join(root, name) for name in ("theirs", "ours")]
        for place in roots:
            lay_out(case, place)
        theirs = comparator.run(case, roots[0])
        if "crash" in theirs or program is None:
            return case, theirs, []
        ours = run_ours(program, comparator.name, case, roots[1])
        return case, theirs, list(differences(theirs, ours))
    finally:
        shutil.rmtree(root, ignore_errors=True)


def compare_all(comparator, args):
    """Prints what differs and returns the number of cases that do."""
    counts = collections.Counter()
    number = args.first
    while counts["compared"] < args.count:
        _, theirs, found = judge(comparator, number, args.program)
        if "crash" in theirs:
            counts["crashed"] += 1
        else:
            counts["compared"] += 1
            counts["differ"] += bool(found)
            counts[f"exit code {theirs['exit_code']}"] += 1
            for record in theirs["normalized"]:
                counts[record.get("comparison_status", "success" if record["success"] else "failed")] += 1
            counts["stored"] += len(theirs["stored"])
        if found and counts["differ"] <= args.show:
            print(f"{comparator.name} case {number}:", *found, sep="\n    ")
        number += 1
    rest = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    print(f"{comparator.name}: {counts['compared']} comparisons, {counts['differ']} differ ({rest})")
    return counts["differ"]


KEPT = ["success", "baseline_eligible", "run_source", "pr_number", "baseline_status", "comparison_status"]
LONGEST = 2_200


def shared_apart(history):
    """The fields that all records of a history have alike, and the records without them."""
    first = history[0] if history else {}
    shared = {key: value for key, value in first.items()
              if all(key in record and same(record[key], value) for record in history)}
    rest = [{key: value for key, value in record.items() if key not in shared} for record in history]
    return {"shared": shared, "history": rest, "paths": [path_of(record) for record in history]}


def write_golden(comparator, args, file):
    """Short cases of all outcomes, none of which is much more frequent than the others."""
    outcomes, number, kept = collections.Counter(), args.first, 0
    while kept < args.count:
        case, theirs, _ = judge(comparator, number, None)
        number += 1
        is_short = len(case["history"]) < 2 and number % 5
        if "crash" in theirs or not theirs["normalized"] or is_short:
            continue
        named = zip(artifact_names(theirs["normalized"]), theirs["normalized"], strict=True)
        records = [{"file": name, **{key: record[key] for key in KEPT if key in record}} for name, record in named]
        outcome = tuple(record.get("comparison_status", record["success"]) for record in records)
        expected = {"exit_code": theirs["exit_code"], "records": records, "rows": rows(theirs["markdown"])}
        line = json.dumps({"name": f"{comparator.name} {number - 1}", "env": case["env"], "raw": case["raw"],
                           **shared_apart(case["history"]), "expected": expected},
                          separators=(",", ":"), ensure_ascii=False)
        if len(line) <= LONGEST and outcomes[outcome] * len(outcomes) <= args.count:
            outcomes[outcome] += 1
            kept += 1
            print(line, file=file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("fastvideo")
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--only", choices=["seed", "fastvideo"])
    parser.add_argument("--show", type=int, default=20, help="how many of those that differ are shown")
    parser.add_argument("--golden", help="file to write cases to, in place of running the program")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    names = [args.only] if args.only else ["seed", "fastvideo"]
    comparators = [Comparator(args.fastvideo, name) for name in names]
    if args.golden:
        with open(args.golden, "w", encoding="utf-8") as file:
            for comparator in comparators:
                write_golden(comparator, args, file)
        return 0
    return 1 if sum(compare_all(comparator, args) for comparator in comparators) else 0


if __name__ == "__main__":
    sys.exit(main())
