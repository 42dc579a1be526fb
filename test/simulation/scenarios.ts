/** All scenarios. */
import type { Scenario } from './scenario';
import { ANSWERS } from './scenarios-answers';
import { BELLS } from './scenarios-bells';
import { ENDS } from './scenarios-ends';
import { FILES } from './scenarios-files';
import { LATE } from './scenarios-late';
import { RACES } from './scenarios-races';
import { SERVERS } from './scenarios-servers';
import { STOPS } from './scenarios-stops';
import { TOOLS } from './scenarios-tools';
import { WARM } from './scenarios-warm';
import { WATCHED } from './scenarios-watched';

export const SCENARIOS: readonly Scenario[] = [
  ...ANSWERS,
  ...TOOLS,
  ...STOPS,
  ...SERVERS,
  ...RACES,
  ...ENDS,
  ...LATE,
  ...WATCHED,
  ...FILES,
  ...BELLS,
  ...WARM,
];
