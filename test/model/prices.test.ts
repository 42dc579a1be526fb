import { traitsWithPrices } from '../../runtime/model/prices';
import { costNanoUsd, traitsOf } from '../../runtime/model/traits';

const traits = traitsWithPrices({
  'claude-opus-5': { input: 6, output: 30, cacheWrite: 7 },
  'our-model': { input: 1, output: 2 },
});

describe("a deployment's own prices", () => {
  test('take the place of the public ones, in dollars for a million tokens', () => {
    expect(traits('claude-opus-5').price).toMatchObject({
      input: 6_000,
      output: 30_000,
      cacheRead: 600,
      cacheWrite: 7_000,
    });
    expect(traits('claude-sonnet-5')).toBe(traitsOf('claude-sonnet-5'));
  });

  test('leave everything else of a model as it was, what multiplies a price too', () => {
    const { price, ...rest } = traits('claude-opus-5');
    expect(rest).toEqual((({ price: _price, ...others }) => others)(traitsOf('claude-opus-5')));
    expect(price?.fastFactor).toBe(2);
  });

  test('make a model measurable that has no public price, with the usual prices of the cache', () => {
    const price = traits('our-model').price;
    const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000, webSearches: 0 };
    expect(price && costNanoUsd(price, { ...usage, cacheReadTokens: 1_000_000, cacheWriteTokens: 1_000_000 })).toBe(
      4_350_000_000,
    );
    expect(traits('another-model').price).toBeUndefined();
  });
});
