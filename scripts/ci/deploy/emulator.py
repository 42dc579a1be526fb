"""Starts the emulator as its own command does, after mending what would stop the test. docs/emulator.md lists the faults."""

from ministack.app import main
from ministack.services import lambda_svc
from ministack.services.cloudformation import handlers

# On a machine that is itself a container, the emulator copies code into the containers of functions, which fails now and then,
# instead of mounting it.
lambda_svc._is_in_container = False

delete_stack = handlers._ACTION_HANDLERS["DeleteStack"]


def delete_stack_by_id(params):
    """The CDK names the stack that it deletes by its ARN, under which the emulator finds none."""
    name = handlers._p(params, "StackName")
    if name.startswith("arn:"):
        params = {**params, "StackName": [name.split("/")[1]]}
    return delete_stack(params)


handlers._ACTION_HANDLERS["DeleteStack"] = delete_stack_by_id
main()
