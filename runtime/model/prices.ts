import { createTraits, price, traitsOf, type TraitsOf } from './traits';

/** What a deployment pays for a model, in US dollars for a million tokens. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  /** @default - a tenth of `input` */
  readonly cacheRead?: number;
  /** @default - a quarter more than `input` */
  readonly cacheWrite?: number;
}

/**
 * The lookup in which a deployment's own prices take the place of the public ones. What multiplies a price (fast mode, a long
 * prompt), and everything else of a model, stays.
 */
export function traitsWithPrices(prices: Readonly<Record<string, TokenPrices>>): TraitsOf {
  const rows = Object.entries(prices).map(([id, { input, output, cacheRead, cacheWrite }]) => {
    const known = traitsOf(id);
    return [id, { ...known, price: { ...known.price, ...price(input, output, { cacheRead, cacheWrite }) } }] as const;
  });
  return createTraits(Object.fromEntries(rows));
}
