"""A session through the deployed API with the official Python client, polling the list of events.

Takes the base URL and a command for bash as arguments, and the API key from ANTHROPIC_API_KEY. Prints the session's id and what its tools answered, as JSON.
"""

import json
import sys
import time

from anthropic import Anthropic

base_url, command = sys.argv[1:]
client = Anthropic(base_url=base_url, max_retries=0)
environment = client.beta.environments.create(name="python")
agent = client.beta.agents.create(
    name="Python",
    model="claude-sonnet-5-5",
    tools=[{"type": "agent_toolset_20260401"}],
)
session = client.beta.sessions.create(agent=agent.id, environment_id=environment.id)
client.beta.sessions.events.send(
    session.id,
    events=[{"type": "user.message", "content": [{"type": "text", "text": f"Run `{command}` in bash."}]}],
)
deadline = time.monotonic() + 180
while True:
    events = list(client.beta.sessions.events.list(session.id))
    if any(event.type == "session.status_idle" for event in events):
        break
    assert time.monotonic() < deadline, [event.type for event in events]
    time.sleep(1)
results = [event.to_dict() for event in events if event.type == "agent.tool_result"]
print(json.dumps({"id": session.id, "results": results}, default=str))
