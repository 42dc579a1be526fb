import type { IConstruct } from 'constructs';

/**
 * The context key that narrows the stack to what an emulator of AWS can deploy: its value is the emulator's address. Users
 * never set it, and it never weakens what they deploy: each place that asks says what it does instead, and docs/emulator.md
 * lists them.
 */
export const EMULATOR_CONTEXT = 'managed-agents:emulator';

/** Scheme, host and port of the emulator that the stack is meant for; `undefined` for AWS itself. */
export function emulatorAddress(scope: IConstruct): string | undefined {
  const value: unknown = scope.node.tryGetContext(EMULATOR_CONTEXT);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
