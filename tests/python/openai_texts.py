"""Chats and completions with OpenAI's client, unchanged; prints JSON."""

import json
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="key", max_retries=0)
said = {}
messages = [{"role": "user", "content": [{"type": "text", "text": "hello how are you"}]}]
asked = {
    "model": "tiny-llama-cpu",
    "messages": messages,
    "max_completion_tokens": 8,
    "temperature": 0.7,
    "seed": 5,
    "extra_body": {"ignore_eos": True, "top_k": 50, "min_p": 0.01},
}
chat = client.chat.completions.create(**asked)
choice = chat.choices[0]
said["chat"] = [chat.object, choice.message.role, choice.finish_reason, chat.usage.completion_tokens]

role, text, finish, usage, kind = None, "", None, None, None
stream = client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
for chunk in stream:
    kind = chunk.object
    usage = chunk.usage or usage
    for choice in chunk.choices:
        role = choice.delta.role or role
        text += choice.delta.content or ""
        finish = choice.finish_reason or finish
said["stream"] = [kind, role, finish, usage.completion_tokens]
said["same"] = text == chat.choices[0].message.content

raw = client.chat.completions.with_raw_response.create(**asked)
said["stages"] = sorted(json.loads(raw.headers["x-stage-durations"]))

asked = {"model": "tiny-llama-cpu", "max_tokens": 5, "temperature": 0}
whole = client.completions.create(**asked, prompt=["a fox", "night"])
said["completion"] = [
    whole.object,
    [choice.index for choice in whole.choices],
    [choice.finish_reason for choice in whole.choices],
    whole.usage.completion_tokens,
]
text, finish = "", None
for chunk in client.completions.create(**asked, prompt="night", stream=True):
    text += chunk.choices[0].text
    finish = chunk.choices[0].finish_reason or finish
said["completion_stream"] = [text == whole.choices[1].text, finish]


def refused(call):
    try:
        call()
    except openai.APIStatusError as error:
        return [type(error).__name__, error.param, error.code]
    return None


asked = {"model": "tiny-llama-cpu", "messages": messages}
tool = {"type": "function", "function": {"name": "f"}}
said["refused"] = [
    refused(lambda: client.chat.completions.create(**asked, tools=[tool])),
    refused(lambda: client.chat.completions.create(**asked, n=2)),
    refused(lambda: client.chat.completions.create(**asked, max_completion_tokens=5000)),
    refused(lambda: client.chat.completions.create(model="none", messages=messages)),
    refused(lambda: client.images.generate(model="tiny-llama-cpu", prompt="a")),
]
print(json.dumps(said))
