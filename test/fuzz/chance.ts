import { seeded } from '../simulation/scheduler';

/** A seeded source of everything that is drawn. */
export class Chance {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  happens(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number from 0 up to, and without, the bound. */
  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(from: readonly T[]): T {
    const drawn = from[this.below(from.length)];
    if (drawn === undefined && from.length === 0) throw new Error('nothing to pick from');
    return drawn as T;
  }
}
