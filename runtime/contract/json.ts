/** Values of which nothing is known but that they were JSON. */

/** Whether a value is an object, and neither null nor an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What `JSON.stringify` makes of a value that is nothing but JSON, piece by piece: a text as long as all of it never exists.
 * What lies deeper than `depth` comes in one piece.
 */
export function* jsonPieces(value: unknown, depth: number): Generator<string> {
  if (depth > 0 && Array.isArray(value)) {
    yield '[';
    for (const [i, element] of value.entries()) {
      if (i > 0) yield ',';
      yield* jsonPieces(element ?? null, depth - 1);
    }
    yield ']';
  } else if (depth > 0 && isRecord(value)) {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* jsonPieces(member, depth - 1);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else {
    yield JSON.stringify(value);
  }
}
