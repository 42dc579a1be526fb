import type { BetaModelInfo, BetaModelLine } from '@anthropic-ai/sdk/resources/beta/models';
import { traitsOf } from './traits';

/** The models that the public model API lists, newest first: id, name, line, and the day of release where it is known. */
const PUBLIC_MODELS: ReadonlyArray<readonly [id: string, name: string, line: BetaModelLine, released?: string]> = [
  ['claude-fable-5-2', 'Claude Fable 5.2', 'fable', '2026-11-09'],
  ['claude-mythos-5-2', 'Claude Mythos 5.2', 'mythos'],
  ['claude-haiku-5-5', 'Claude Haiku 5.5', 'haiku', '2026-10-07'],
  ['claude-sonnet-5-5', 'Claude Sonnet 5.5', 'sonnet', '2026-09-28'],
  ['claude-opus-5-5', 'Claude Opus 5.5', 'opus'],
  ['claude-fable-5-1', 'Claude Fable 5.1', 'fable', '2026-09-01'],
  ['claude-mythos-5-1', 'Claude Mythos 5.1', 'mythos', '2026-09-01'],
  ['claude-opus-5', 'Claude Opus 5', 'opus', '2026-07-24'],
  ['claude-sonnet-5', 'Claude Sonnet 5', 'sonnet', '2026-06-30'],
  ['claude-fable-5', 'Claude Fable 5', 'fable', '2026-06-09'],
  ['claude-mythos-5', 'Claude Mythos 5', 'mythos', '2026-06-09'],
  ['claude-opus-4-8', 'Claude Opus 4.8', 'opus', '2026-05-28'],
  ['claude-opus-4-7', 'Claude Opus 4.7', 'opus'],
  ['claude-sonnet-4-6', 'Claude Sonnet 4.6', 'sonnet'],
  ['claude-opus-4-6', 'Claude Opus 4.6', 'opus'],
  ['claude-opus-4-5-20251101', 'Claude Opus 4.5', 'opus', '2025-11-24'],
  ['claude-haiku-4-5-20251001', 'Claude Haiku 4.5', 'haiku', '2025-10-15'],
  ['claude-sonnet-4-5-20250929', 'Claude Sonnet 4.5', 'sonnet', '2025-09-29'],
];

/** What the model API says of a release whose day is not known. */
const UNKNOWN_RELEASE = '1970-01-01';

/**
 * Models in the form of `GET /v1/models`, for endpoints that serve no list of their own.
 *
 * @param only the ids of those that there are, in any order; one that is not public is listed by its id. @default - the public ones
 */
export function listedModels(only?: readonly string[]): BetaModelInfo[] {
  const known = PUBLIC_MODELS.filter(([id]) => !only || only.includes(id));
  const unknown = (only ?? []).filter((id) => !PUBLIC_MODELS.some(([publicId]) => publicId === id));
  return [...known, ...unknown.map((id) => [id, id, null] as const)].map(([id, name, line, released]) => {
    const { contextWindow, maxOutputTokens } = traitsOf(id);
    return {
      id,
      type: 'model',
      display_name: name,
      line,
      created_at: `${released ?? UNKNOWN_RELEASE}T00:00:00Z`,
      max_input_tokens: contextWindow,
      max_tokens: maxOutputTokens,
      lifecycle: 'active',
      deprecated_at: null,
      retires_at: null,
      allowed_fallback_models: null,
      capabilities: null,
    };
  });
}
