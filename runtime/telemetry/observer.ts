import type { Fact, Observe } from './facts';
import { lineOf } from './lines';
import type { Log } from './log';

/** Something that reads facts, besides the log. What it gives stands in the fact's line. */
export type Embed = (fact: Fact) => Readonly<Record<string, unknown>> | undefined;

/** Who hears the facts: the log, a line each. */
export function createObserver(log: Log, embed: Embed = () => undefined): Observe {
  return (fact) => log(lineOf(fact), embed(fact));
}

/** Who hears the facts: each of these. */
export const heardBy =
  (...observers: readonly Observe[]): Observe =>
  (fact) => {
    for (const observe of observers) observe(fact);
  };
