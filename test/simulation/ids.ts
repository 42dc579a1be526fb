import { makeId, type IdSource } from '../../runtime/contract/ids';

/** Ids in their order, with chance from a seed. */
export function seededIds(random: () => number): IdSource {
  let micros = 1_790_000_000_000_000;
  return {
    make: (kind) => {
      micros += 1;
      const chance = Uint8Array.from({ length: 13 }, () => Math.floor(random() * 256));
      return makeId(kind, micros, chance);
    },
  };
}
