/** What a launcher does in the cluster. */
export const RUN_ACTIONS = ['ecs:RunTask'];
export const TASK_ACTIONS = ['ecs:DescribeTasks', 'ecs:StopTask'];
/** Finding a session's task by whom it was started by. */
export const LIST_ACTIONS = ['ecs:ListTasks'];
/** Tasks are tagged with their session when they start, for the bill. */
export const TAG_ACTIONS = ['ecs:TagResource'];
/** ECS pulls the image and writes the log with this role; the launcher may hand it over, to ECS only. */
export const PASS_ACTIONS = ['iam:PassRole'];
