"""The same API through the official Python client: one session, streamed, with a real tool call.

Reads the base URL and the key from the connection.json that is named on the command line.
"""

import json
import sys

from anthropic import Anthropic

with open(sys.argv[1], encoding="utf-8") as file:
    connection = json.load(file)

client = Anthropic(base_url=connection["base_url"], api_key=connection["api_key"])
environment = client.beta.environments.create(name="python-smoke")
agent = client.beta.agents.create(
    name="Python smoke",
    model="claude-opus-5",
    tools=[{"type": "agent_toolset_20260401"}],
)
session = client.beta.sessions.create(agent=agent.id, environment_id=environment.id)
types = []
with client.beta.sessions.events.stream(session.id) as stream:
    client.beta.sessions.events.send(
        session.id,
        events=[{"type": "user.message", "content": [{"type": "text", "text": "Run `echo from-python` in the shell."}]}],
    )
    for event in stream:
        types.append(event.type)
        if event.type == "session.status_idle":
            assert event.stop_reason.type == "end_turn", event
            break

listed = list(client.beta.sessions.events.list(session.id))
assert any("from-python" in str(event) for event in listed if event.type == "agent.tool_result"), listed
assert {"agent.tool_use", "agent.tool_result", "agent.message"} <= set(types), types
client.beta.sessions.archive(session.id)
print(f"The Python client saw {len(types)} events.")
