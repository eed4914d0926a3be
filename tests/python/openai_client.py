"""Every route of a server with OpenAI's client, unchanged; prints JSON."""

import base64
import json
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="key", max_retries=2)
said = {"version": openai.__version__}
said["models"] = [model.id for model in client.models.list()]
said["model"] = client.models.retrieve("tiny-sd").owned_by

images = client.images.generate(
    model="tiny-sd",
    prompt="a fox",
    n=2,
    size="16x32",
    response_format="b64_json",
    extra_body={"num_inference_steps": 2, "seed": 5, "guidance_scale": 4.0},
)
said["pictures"] = [base64.b64decode(image.b64_json)[:4].hex() for image in images.data]
said["picture_size"] = images.size

for name, compression in [("jpeg", 60), ("webp", 100), ("png", None)]:
    further = {} if compression is None else {"output_compression": compression}
    images = client.images.generate(
        model="tiny-sd", prompt="a fox", size="16x32", output_format=name, **further
    )
    begins = base64.b64decode(images.data[0].b64_json)[:4].hex()
    said[name] = [images.output_format, begins]

asked = {"model": "tiny-wan-cpu", "prompt": "a fox", "size": "32x16"}
extra = {"num_inference_steps": 2, "seed": 5, "flow_shift": 3.0, "negative_prompt": "blurred"}
video = client.videos.create_and_poll(**asked, seconds="1", extra_body=extra)
said["video"] = [video.object, video.status, video.progress, video.seconds, video.size]
content = client.videos.download_content(video.id, variant="video").read()
said["content"] = content[:4].hex()
other = client.videos.create(**asked, extra_body=extra)
client.videos.poll(other.id)
page = client.videos.list(limit=1)
said["newest"] = page.data[0].id == other.id
said["pages"] = len(list(client.videos.list(limit=1, order="asc")))
deleted = client.videos.delete(other.id)
said["deleted"] = [deleted.id == other.id, deleted.deleted, deleted.object]
raw = client.videos.with_raw_response.retrieve(video.id)
said["stages"] = sorted(json.loads(raw.headers["x-stage-durations"]))


def refused(call):
    try:
        call()
    except openai.APIStatusError as error:
        return [type(error).__name__, error.param, error.code]
    return None


said["refused"] = [
    refused(lambda: client.videos.retrieve(other.id)),
    refused(lambda: client.models.retrieve("none")),
    refused(lambda: client.videos.create(**asked, extra_body={"flag": True})),
    refused(lambda: client.videos.create(**asked, extra_body={"nested": {"a": 1}})),
    refused(lambda: client.videos.create(**asked, input_reference=b"x")),
    refused(lambda: client.images.generate(prompt="a", model="tiny-sd", style="vivid")),
    refused(lambda: client.videos.remix(video.id, prompt="b")),
    refused(lambda: client.images.generate(prompt="a", model="tiny-sd", output_compression=50)),
    refused(lambda: client.videos.create(**asked, extra_query={"seed": 3})),
    refused(lambda: client.videos.create(**asked, extra_headers={"Idempotency-Key": ""})),
]
print(json.dumps(said))
