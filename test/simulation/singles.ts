/** Single faults: every fault at every operation of every undisturbed run, in an order in which much is seen early. */
import type { Explorer } from './explore';
import { faultsOf, seeded } from './scheduler';
import type { Schedule } from './strikes';

export interface Single {
  readonly explorer: Explorer;
  readonly schedule: Schedule;
}

interface Place {
  readonly explorer: Explorer;
  readonly at: number;
}

/**
 * In rounds: in each, every fault strikes one more operation of every kind, whichever scenario it belongs to, and another one
 * than the other faults strike.
 */
export function singlesOf(explorers: readonly Explorer[], seed: number): Single[] {
  const random = seeded(seed);
  const kinds = [...placesOf(explorers)].map(([kind, places]) => ({ kind, places: shuffle(places, random) }));
  const rounds = Math.max(0, ...kinds.map(({ places }) => places.length));
  return Array.from({ length: rounds }, (_, round) =>
    shuffle(
      kinds.flatMap(({ kind, places }) => (round < places.length ? strikesOf(kind, places, round, seed) : [])),
      random,
    ),
  ).flat();
}

function strikesOf(kind: string, places: readonly Place[], round: number, seed: number): Single[] {
  return faultsOf(kind).flatMap((fault, turn) => {
    const place = places[(round + turn) % places.length];
    return place ? [{ explorer: place.explorer, schedule: { seed, faults: [[place.at, fault] as const] } }] : [];
  });
}

function placesOf(explorers: readonly Explorer[]): Map<string, Place[]> {
  const kinds = new Map<string, Place[]>();
  for (const explorer of explorers) {
    for (const [at, kind] of explorer.baseline.operations.entries()) {
      const places = kinds.get(kind) ?? [];
      places.push({ explorer, at });
      kinds.set(kind, places);
    }
  }
  return kinds;
}

function shuffle<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((one) => ({ one, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}
