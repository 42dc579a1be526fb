import type { Fact, Observe } from './facts';
import { lineOf } from './lines';
import type { Log } from './log';

/** Something that reads facts, besides the log. What it gives stands in the fact's line. */
export type Embed = (fact: Fact) => Readonly<Record<string, unknown>> | undefined;

/** Who hears the facts: the log, a line each. */
export function createObserver(log: Log, embed: Embed = () => undefined): Observe {
  return (fact) => log(lineOf(fact), embed(fact));
}

/**
 * Who hears the facts: each of these. One that fails is noted, and disturbs neither the others nor whoever told the fact, since
 * no turn may fail for want of being measured.
 */
export function heardBy(log: Log, ...observers: readonly Observe[]): Observe {
  return (fact) => {
    for (const observe of observers) {
      try {
        observe(fact);
      } catch (error) {
        log({ level: 'error', message: 'a fact could not be told', fields: { fact: fact.type }, error });
      }
    }
  };
}
