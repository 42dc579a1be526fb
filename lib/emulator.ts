import type { IConstruct } from 'constructs';

/**
 * The context key that narrows the stack to what an emulator of AWS can deploy. Users never set it, and it never weakens
 * what they deploy: each place that asks says what it leaves out, and docs/operations.md lists them.
 */
export const EMULATOR_CONTEXT = 'managed-agents:emulator';

/** Whether the stack is meant for an emulator. */
export function isEmulated(scope: IConstruct): boolean {
  const value: unknown = scope.node.tryGetContext(EMULATOR_CONTEXT);
  return value === true || value === 'true';
}
