import type { Fact } from '../../runtime/telemetry/facts';
import type { LogEntry } from '../../runtime/telemetry/log';
import { createObserver, heardBy } from '../../runtime/telemetry/observer';

const fact: Fact = { type: 'sweep', found: 2, age: 3_000_000 };

test('a fact is a line of the log, with what is embedded in it', () => {
  const told: unknown[] = [];
  createObserver(
    (entry, extra) => void told.push([entry.message, entry.fields, extra]),
    ({ type }) => ({ type }),
  )(fact);
  expect(told).toEqual([['swept', { found: 2, age_seconds: 3 }, { type: 'sweep' }]]);
});

test('an observer that fails disturbs nobody, and is noted', () => {
  const noted: LogEntry[] = [];
  const heard: Fact[] = [];
  const observe = heardBy(
    (entry) => void noted.push(entry),
    () => {
      throw new Error('no name of the service');
    },
    (told) => heard.push(told),
  );
  observe(fact);
  expect(heard).toEqual([fact]);
  expect(noted).toMatchObject([
    { level: 'error', fields: { fact: 'sweep' }, error: new Error('no name of the service') },
  ]);
});
