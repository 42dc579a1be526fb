/** All scenarios. */
import type { Scenario } from './scenario';
import { ANSWERS } from './scenarios-answers';
import { ENDS } from './scenarios-ends';
import { RACES } from './scenarios-races';
import { TOOLS } from './scenarios-tools';

export const SCENARIOS: readonly Scenario[] = [...ANSWERS, ...TOOLS, ...RACES, ...ENDS];
