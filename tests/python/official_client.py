"""What the project and its users do with huggingface_hub, against HF_ENDPOINT; prints JSON."""

import json
import pathlib
import sys
import tempfile

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

dataset = sys.argv[1]
api = HfApi()
where = {"repo_id": dataset, "repo_type": "dataset"}
said = {"whoami": api.whoami()["name"]}

api.create_repo(**where, exist_ok=True)
listed = api.list_repo_files(**where)
said["records_of_ours"] = len([path for path in listed if path.startswith("records/")])
first = [path for path in listed if path.startswith("records/")][0]
record = json.loads(pathlib.Path(hf_hub_download(filename=first, **where)).read_text())
assert record["model_id"] == "wan", record

head = api.dataset_info(dataset).sha
adds = [CommitOperationAdd(f"m/{name}.json", b'{"model_id": "m", "latency": 1}') for name in "abc"]
api.create_commit(operations=adds, commit_message="three", parent_commit=head, **where)
try:
    late = [CommitOperationAdd("m/late.json", b"{}")]
    api.create_commit(operations=late, commit_message="late", parent_commit=head, **where)
except HfHubHTTPError as error:
    said["stale"] = error.response.status_code
api.create_commit(operations=[CommitOperationDelete("m/c.json")], commit_message="less", **where)

with tempfile.TemporaryDirectory() as folder:
    api.snapshot_download(local_dir=folder, allow_patterns=["m/*.json"], **where)
    found = pathlib.Path(folder).glob("m/*.json")
    said["snapshot"] = sorted(path.relative_to(folder).as_posix() for path in found)

try:
    hf_hub_download(filename="nope.json", **where)
except EntryNotFoundError as error:
    said["missing"] = type(error).__name__

api.upload_file(path_or_fileobj=b"PAR1" + b"x" * 5004, path_in_repo="shards/a.parquet", **where)
said["parquet_bytes"] = pathlib.Path(hf_hub_download(filename="shards/a.parquet", **where)).stat().st_size
assert api.get_paths_info(paths=["m/a.json"], **where)[0].size == 31
assert api.file_exists(filename="m/a.json", **where) and not api.file_exists(filename="x", **where)
assert api.list_repo_refs(**where).branches[0].name == "main"
print(json.dumps(said))
