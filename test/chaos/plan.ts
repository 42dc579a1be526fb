/** What a session is asked to do, in a form that the scripted model can read out of the conversation. */

/** One answer of the model: so many calls of a tool at once. */
export interface PlanStep {
  readonly tool: 'bash' | 'lookup';
  readonly calls: number;
  /** How long each bash call takes. */
  readonly ms: number;
}

const MARK = 'PLAN ';

/** The message that asks for the steps. `name` is unique, so that the message can be found again. */
export const planMessage = (name: string, steps: readonly PlanStep[]): string =>
  `${name}: ${MARK}${JSON.stringify(steps)}`;

/** The steps that a text asks for, if it is such a message. */
export function planIn(text: string): readonly PlanStep[] | undefined {
  const at = text.indexOf(MARK);
  if (at < 0) return undefined;
  return JSON.parse(text.slice(at + MARK.length).split('\n', 1)[0] ?? '') as PlanStep[];
}

/** Draws the steps of a turn. Without `bash` it needs no sandbox. */
export function drawPlan(random: () => number, bash: boolean): PlanStep[] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    tool: bash && random() < 0.8 ? ('bash' as const) : ('lookup' as const),
    calls: random() < 0.6 ? 1 : 2 + Math.floor(random() * 2),
    ms: random() < 0.5 ? Math.floor(random() * 200) : Math.floor(random() * 3_000),
  }));
}

/** Where a call leaves its mark: one line each time that it really runs. */
export const MARKS_FILE = 'marks.log';

/** A command that leaves the mark and says it. */
export const markingCommand = (mark: string, ms: number): string =>
  `echo ${mark} >> ${MARKS_FILE}; sleep ${(ms / 1_000).toFixed(3)}; echo ${mark}`;

/** The mark in a call's command or output. */
export const markIn = (text: string): string | undefined => /\bmark-[0-9a-f]+\b/.exec(text)?.[0];
