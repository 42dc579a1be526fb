/** What is put in the place of what. */
export interface Replacement {
  readonly from: Buffer;
  readonly to: Buffer;
}

/** Where a text that is looked for was found next; `at` is behind the end where it does not stand any more. */
interface Sighting {
  readonly replacement: Replacement;
  at: number;
}

/**
 * Replaces texts in a stream of bytes, wherever its chunks end. What cannot be part of any of the texts goes on at once; of a chunk,
 * only an end that may be the beginning of one is held back, and never more than the longest of them.
 */
export class ByteReplacer {
  private held = Buffer.alloc(0);
  private readonly replacements: readonly Replacement[];

  /** @param replacements where two of them begin at one place, the longer one counts. Empty texts are left out. */
  constructor(replacements: readonly Replacement[]) {
    this.replacements = replacements
      .filter(({ from }) => from.length > 0)
      .toSorted((one, other) => other.from.length - one.from.length);
  }

  /** What goes on now. */
  push(chunk: Buffer): Buffer {
    const all = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const { done, rest } = this.replace(all, this.startOfUnfinished(all));
    // A copy: the chunk may be a piece of a large buffer, which would be kept with it.
    this.held = Buffer.from(rest);
    return done;
  }

  /** What was held back, when no more comes. */
  end(): Buffer {
    const { done } = this.replace(this.held, this.held.length);
    this.held = Buffer.alloc(0);
    return done;
  }

  /** Replaces what begins before `until`; `rest` begins there, or behind the last text that was replaced. */
  private replace(bytes: Buffer, until: number): { done: Buffer; rest: Buffer } {
    const sightings = this.replacements.map((replacement): Sighting => ({ replacement, at: -1 }));
    const pieces: Buffer[] = [];
    let from = 0;
    for (;;) {
      const next = nextOf(sightings, bytes, from);
      if (!next || next.at >= until) break;
      pieces.push(bytes.subarray(from, next.at), next.replacement.to);
      from = next.at + next.replacement.from.length;
    }
    const end = Math.max(from, until);
    pieces.push(bytes.subarray(from, end));
    return { done: Buffer.concat(pieces), rest: bytes.subarray(end) };
  }

  /** Where the first text begins that the bytes may be the beginning of. */
  private startOfUnfinished(bytes: Buffer): number {
    return Math.min(bytes.length, ...this.replacements.map(({ from }) => startOfPart(bytes, from)));
  }
}

/** The first of them at or behind `from`. Each is looked for again only when it was passed. */
function nextOf(sightings: readonly Sighting[], bytes: Buffer, from: number): Sighting | undefined {
  let first: Sighting | undefined;
  for (const sighting of sightings) {
    if (sighting.at < from) {
      const found = bytes.indexOf(sighting.replacement.from, from);
      sighting.at = found === -1 ? Number.POSITIVE_INFINITY : found;
    }
    if (sighting.at < (first?.at ?? Number.POSITIVE_INFINITY)) first = sighting;
  }
  return first;
}

/** Where the bytes end in a beginning of the text, the longest one; their end if they do not. */
function startOfPart(bytes: Buffer, text: Buffer): number {
  const [initial = 0] = text;
  let at = bytes.indexOf(initial, Math.max(0, bytes.length - text.length + 1));
  while (at !== -1) {
    if (text.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at;
    at = bytes.indexOf(initial, at + 1);
  }
  return bytes.length;
}
