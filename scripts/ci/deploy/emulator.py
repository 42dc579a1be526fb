"""Starts the emulator as its own command does, after mending what would stop the test. docs/emulator.md lists the faults."""

from ministack.app import main
from ministack.services import ecs, lambda_svc
from ministack.services.cloudformation import handlers, provisioners

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

resource_handlers = provisioners._RESOURCE_HANDLERS


def on_update(resource_type, update):
    """What a deployment does with a resource that it changes. The emulator makes these types anew: it fails, or loses what they had."""
    resource_handlers[resource_type] |= {"update": update, "update_with_logical_id": True}


def update_function(name, _before, props, stack_name, logical_id):
    """A function keeps its published versions."""
    before = lambda_svc._functions[name]
    made = resource_handlers["AWS::Lambda::Function"]["create"](logical_id, props, stack_name)
    for kept in ("versions", "next_version", "policy", "event_invoke_configs"):
        lambda_svc._functions[name][kept] = before[kept]
    return made


def update_task_definition(_arn, _before, props, stack_name, logical_id):
    """A family keeps its revisions and gets another."""
    family = props["Family"]
    revision = ecs._task_def_latest[family] + 1
    first = ecs._task_defs[f"{family}:1"]
    first_arn, _ = resource_handlers["AWS::ECS::TaskDefinition"]["create"](logical_id, props, stack_name)
    arn = first_arn.removesuffix(":1") + f":{revision}"
    made = ecs._task_defs[f"{family}:1"] | {"revision": revision, "taskDefinitionArn": arn}
    ecs._task_defs[f"{family}:1"] = first
    ecs._task_defs[f"{family}:{revision}"] = made
    ecs._task_def_latest[family] = revision
    return arn, {"TaskDefinitionArn": arn}


def update_project(name, before, props, stack_name, logical_id):
    """A project has no name of its own, so a second one of the name is refused."""
    resource_handlers["AWS::CodeBuild::Project"]["delete"](name, before)
    return resource_handlers["AWS::CodeBuild::Project"]["create"](logical_id, props, stack_name)


on_update("AWS::CodeBuild::Project", update_project)
on_update("AWS::Lambda::Function", update_function)
on_update("AWS::ECS::TaskDefinition", update_task_definition)
main()
