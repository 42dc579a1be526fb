import { API_FAULTS } from './api';
import { BELL_FAULTS } from './bell';
import { DECISION_FAULTS } from './decisions';
import type { PlantedFault } from './fault';
import { FILE_FAULTS } from './files';
import { HARNESS_FAULTS } from './harness';
import { LEFTOVER_FAULTS } from './leftovers';
import { POOL_FAULTS } from './pool';
import { STORE_FAULTS } from './store';
import { WATCH_FAULTS } from './watch';
import { WORK_FAULTS } from './work';

/** All faults that are planted. */
export const FAULTS: readonly PlantedFault[] = [
  ...HARNESS_FAULTS,
  ...DECISION_FAULTS,
  ...STORE_FAULTS,
  ...WORK_FAULTS,
  ...API_FAULTS,
  ...BELL_FAULTS,
  ...LEFTOVER_FAULTS,
  ...WATCH_FAULTS,
  ...FILE_FAULTS,
  ...POOL_FAULTS,
];
