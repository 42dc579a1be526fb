import * as fc from 'fast-check';
import { listedModels } from '../../runtime/model/catalogue';
import { costNanoUsd, createTraits, PUBLIC_TRAITS, traitsOf } from '../../runtime/model/traits';

const usage = (more: object = {}) => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  webSearches: 0,
  ...more,
});
const priceOf = (id: string) => {
  const { price } = traitsOf(id);
  if (!price) throw new Error(`${id} has no price`);
  return price;
};

describe('what is known of a model', () => {
  it('is the same for an id with a date', () => {
    expect(traitsOf('claude-haiku-4-5-20251001')).toBe(PUBLIC_TRAITS['claude-haiku-4-5']);
  });

  it('is little for a model that nobody described', () => {
    const unknown = traitsOf('somebody/else');
    expect(unknown).toMatchObject({ adaptiveThinking: false, nativeCompaction: false, midConversationSystem: false });
    expect(unknown).not.toHaveProperty('price');
    expect(unknown).not.toHaveProperty('defaultEffort');
  });

  it('is what a deployment says, where it says something', () => {
    const own = { ...traitsOf('claude-opus-5'), price: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 } };
    const traits = createTraits({ 'claude-opus-5': own, 'our-model': own });
    expect(traits('claude-opus-5')).toBe(own);
    expect(traits('our-model')).toBe(own);
    expect(traits('claude-opus-4-8')).toBe(PUBLIC_TRAITS['claude-opus-4-8']);
  });

  it('includes a price for every model that is listed', () => {
    for (const { id } of listedModels()) expect(priceOf(id).input).toBeGreaterThan(0);
  });
});

describe('the list cost of a request', () => {
  it('adds up the four kinds of token', () => {
    // 1M input $5, 1M output $25, 1M cache read $0.50, 1M cache write $6.25
    const million = 1_000_000;
    const all = { inputTokens: million, outputTokens: million, cacheReadTokens: million, cacheWriteTokens: million };
    expect(costNanoUsd(priceOf('claude-opus-4-8'), usage(all))).toBe(36.75 * 1e9);
  });

  it('is higher in fast mode and for a long prompt, where the list says so', () => {
    const opus = priceOf('claude-opus-4-8');
    expect(costNanoUsd(opus, usage({ inputTokens: 10, speed: 'fast' }))).toBe(
      2 * costNanoUsd(opus, usage({ inputTokens: 10 })),
    );
    const haiku = priceOf('claude-haiku-5-5');
    expect(costNanoUsd(haiku, usage({ inputTokens: 50_000, cacheReadTokens: 50_000 }))).toBe(
      50_000 * 100 + 50_000 * 10,
    );
    expect(costNanoUsd(haiku, usage({ inputTokens: 50_000, cacheReadTokens: 50_001 }))).toBe(
      5 * (50_000 * 100 + 50_001 * 10),
    );
  });

  it('is a whole number that never falls with more tokens', () => {
    const tokens = fc.nat({ max: 2_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(PUBLIC_TRAITS)), tokens, tokens, tokens, tokens, (id, a, b, c, d) => {
        const less = usage({ inputTokens: a, outputTokens: b, cacheReadTokens: c, cacheWriteTokens: d });
        const cost = costNanoUsd(priceOf(id), less);
        expect(Number.isSafeInteger(cost)).toBe(true);
        expect(costNanoUsd(priceOf(id), { ...less, inputTokens: a + 1 })).toBeGreaterThanOrEqual(cost);
      }),
    );
  });
});
