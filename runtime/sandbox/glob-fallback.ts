/**
 * Node 20 has no `fs.glob`, which the official glob tool is made of and reads when its module loads. Imported before that
 * module, this one puts an implementation there. On Node 22 and later it does nothing.
 */
import type { Dirent } from 'node:fs';
import fsPromises = require('node:fs/promises');
import path = require('node:path');

/** The part of `fs.glob`'s options that the tool uses. */
export interface GlobOptions {
  readonly cwd: string;
  readonly withFileTypes: true;
  readonly exclude?: (entry: Dirent) => boolean;
}

const ANY_DEPTH = '**';
/** A pattern with more alternatives than this is refused. */
const MAX_ALTERNATIVES = 1_000;

/**
 * Entries under `cwd` that match the pattern, as Node 22's `fs.glob` finds them: wildcards neither enter directories whose
 * name begins with a dot nor follow symbolic links, a segment that is spelled out does both. A backslash separates like a
 * slash. Each entry comes once.
 *
 * @throws Error when the pattern has too many alternatives, or Node is older than 20.17.
 */
export async function* glob(pattern: string, { cwd, exclude }: GlobOptions): AsyncGenerator<Dirent> {
  const found = new Set<string>();
  for (const alternative of expandBraces(pattern.replaceAll('\\', '/'))) {
    const segments = alternative.split('/').filter((segment) => segment !== '' && segment !== '.');
    for await (const entry of walk(cwd, segments, new Set([0]), exclude)) {
      const full = path.join(entry.parentPath, entry.name);
      if (found.has(full)) continue;
      found.add(full);
      yield entry;
    }
  }
}

/** Walks a directory with the positions in `segments` that may come next. */
async function* walk(
  directory: string,
  segments: readonly string[],
  positions: ReadonlySet<number>,
  exclude: GlobOptions['exclude'],
): AsyncGenerator<Dirent> {
  const open = withSkippedDepths(segments, positions);
  for (const entry of await entriesOf(directory)) {
    if (exclude?.(entry)) continue;
    const { matches, next } = advance(segments, open, entry);
    if (matches) yield entry;
    if (next.size > 0) yield* walk(path.join(directory, entry.name), segments, next, exclude);
  }
}

/** What cannot be read holds nothing: so `fs.glob` has it, and so a link to a file ends a walk. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  return fsPromises.readdir(directory, { withFileTypes: true }).catch(() => []);
}

function advance(segments: readonly string[], positions: ReadonlySet<number>, entry: Dirent) {
  const next = new Set<number>();
  const last = segments.length - 1;
  let matches = false;
  for (const position of positions) {
    const segment = segments[position] ?? '';
    if (segment === ANY_DEPTH) {
      if (entry.name.startsWith('.')) continue;
      if (position === last) matches = true;
      if (entry.isDirectory()) next.add(position);
    } else if (matchesSegment(entry.name, segment)) {
      if (position === last) matches = true;
      else if (entry.isDirectory() || (entry.isSymbolicLink() && followsLink(segments, position)))
        next.add(position + 1);
    }
  }
  return { matches, next };
}

const WILDCARD = /[*?[\](){}!+@|]/;

/** Node follows a link that the pattern names, but not where `**` leads to it. */
function followsLink(segments: readonly string[], position: number): boolean {
  return !WILDCARD.test(segments[position] ?? '') && segments[position - 1] !== ANY_DEPTH;
}

/** `**` may stand for no directory at all: what follows it is open too. */
function withSkippedDepths(segments: readonly string[], positions: ReadonlySet<number>): Set<number> {
  const open = new Set<number>();
  for (const position of positions) {
    let at = position;
    open.add(at);
    while (segments[at] === ANY_DEPTH && at + 1 < segments.length) open.add((at += 1));
  }
  return open;
}

function matchesSegment(name: string, segment: string): boolean {
  if (typeof path.matchesGlob !== 'function') throw new Error('this tool needs Node 20.17 or later');
  return path.matchesGlob(name, segment);
}

/** `a{b,c/d}` becomes `ab` and `ac/d`. Ranges stay: they never hold a slash, and the segment's matcher knows them. */
export function expandBraces(pattern: string): string[] {
  const group = firstGroup(pattern);
  if (!group) return [pattern];
  const before = pattern.slice(0, group.start);
  const after = pattern.slice(group.end + 1);
  const expanded = group.choices.flatMap((choice) => expandBraces(`${before}${choice}${after}`));
  if (expanded.length > MAX_ALTERNATIVES) throw new Error('the pattern has too many alternatives');
  return expanded;
}

interface BraceGroup {
  readonly start: number;
  readonly end: number;
  readonly choices: readonly string[];
}

/** The first brace group with a comma of its own. `{a}` is no group, and `${a,b}` is none either. */
function firstGroup(pattern: string): BraceGroup | undefined {
  for (let start = pattern.indexOf('{'); start >= 0; start = pattern.indexOf('{', start + 1)) {
    if (pattern[start - 1] === '$') continue;
    const group = groupAt(pattern, start);
    if (group && group.choices.length > 1) return group;
  }
  return undefined;
}

function groupAt(pattern: string, start: number): BraceGroup | undefined {
  const choices: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === '{') depth += 1;
    else if (char === ',' && depth === 1) {
      choices.push(pattern.slice(from, at));
      from = at + 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth === 0) return { start, end: at, choices: [...choices, pattern.slice(from, at)] };
    }
  }
  return undefined;
}

if (!('glob' in fsPromises)) Object.assign(fsPromises, { glob });
