import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { expandBraces, glob, type GlobOptions } from '../../runtime/sandbox/glob-fallback';

let root: string;

const FILES = [
  'a.ts',
  'b.js',
  'c.tsx',
  '.hidden',
  '[x].md',
  'src/a.ts',
  'src/b.test.ts',
  'src/.secret/a.ts',
  'src/deep/er/a.ts',
  'src/deep/er/z.json',
  'src/deep/a.ts',
  'lib/a.ts',
  'lib/deep/a.js',
  'node_modules/pkg/a.ts',
  'src/node_modules/pkg/a.ts',
];

beforeAll(async () => {
  root = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'glob-')));
  for (const file of FILES) {
    await fs.mkdir(join(root, file, '..'), { recursive: true });
    await fs.writeFile(join(root, file), '');
  }
  await fs.symlink('src', join(root, 'link'));
  await fs.symlink('../lib', join(root, 'src/tolib'));
  await fs.symlink('a.ts', join(root, 'alias.ts'));
  await fs.symlink('nowhere', join(root, 'broken.ts'));
});
afterAll(() => fs.rm(root, { recursive: true }));

const exclude: GlobOptions['exclude'] = (entry) => entry.name === '.git' || entry.name === 'node_modules';

type Glob = (
  pattern: string,
  options: GlobOptions,
) => AsyncIterable<{ parentPath: string; name: string; isFile(): boolean }>;

/** The regular files that match, as the official tool takes them. */
async function files(search: Glob, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of search(pattern, { cwd: root, withFileTypes: true, exclude })) {
    if (entry.isFile()) found.push(relative(root, join(entry.parentPath, entry.name)));
  }
  return found.toSorted();
}

/**
 * Where Node's answers are not worth having: it goes one level into a link that a wildcard right after `**` meets, and some
 * patterns lead it into directories that were excluded.
 */
const isBeyondDoubt = (path: string): boolean => !/^link\/|tolib|node_modules/.test(path);

describe('glob', () => {
  it.each([
    ['*.ts', ['a.ts']],
    ['**/*.ts', ['a.ts', 'lib/a.ts', 'src/a.ts', 'src/b.test.ts', 'src/deep/a.ts', 'src/deep/er/a.ts']],
    ['src/**', ['src/a.ts', 'src/b.test.ts', 'src/deep/a.ts', 'src/deep/er/a.ts', 'src/deep/er/z.json']],
    ['src/*', ['src/a.ts', 'src/b.test.ts']],
    ['**/deep/**/a.ts', ['src/deep/a.ts', 'src/deep/er/a.ts']],
    ['{src,lib}/a.ts', ['lib/a.ts', 'src/a.ts']],
    ['{src/deep,lib}/*.{ts,js}', ['lib/a.ts', 'src/deep/a.ts']],
    ['./src/a.ts', ['src/a.ts']],
    ['?.@(js|tsx)', ['b.js', 'c.tsx']],
    ['[ab].*', ['a.ts', 'b.js']],
    ['[!a].*', ['b.js', 'c.tsx']],
    ['.hidden', ['.hidden']],
    ['.*', ['.hidden']],
    ['src/.secret/*', ['src/.secret/a.ts']],
    ['**/.secret/*', ['src/.secret/a.ts']],
    ['link/*.ts', ['link/a.ts', 'link/b.test.ts']],
    ['src/tolib/a.ts', ['src/tolib/a.ts']],
    ['src\\a.ts', ['src/a.ts']],
    ['*/a.ts', ['lib/a.ts', 'src/a.ts']],
    ['**/link/*', []],
    ['link/**/*.json', ['link/deep/er/z.json']],
    ['src/a.ts/**', []],
    ['nothing/*', []],
    ['node_modules/**', []],
  ])('%s', async (pattern, expected) => {
    expect(await files(glob, pattern)).toEqual(expected);
  });

  it('refuses a pattern with too many alternatives', async () => {
    await expect(files(glob, '{a,b}'.repeat(12))).rejects.toThrow('alternatives');
  });

  it('is in place where Node has none of its own', () => {
    expect(typeof jest.requireActual<{ glob?: unknown }>('node:fs/promises').glob).toBe('function');
  });

  const native = 'glob' in fs && !process.version.startsWith('v20.') ? (fs.glob as unknown as Glob) : undefined;

  it(native ? 'finds what Node finds' : "cannot be compared with Node's own before Node 22", async () => {
    if (!native) return;
    const segment = fc.constantFrom(
      '**',
      '*',
      '*.ts',
      'src',
      'lib',
      'deep',
      'er',
      'a.*',
      '?.ts',
      '.*',
      '{src,lib}',
      '[a-c]*',
    );
    const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    await fc.assert(
      fc.asyncProperty(pattern, async (text) => {
        const [ours, theirs] = await Promise.all([files(glob, text), files(native, text)]);
        expect(ours.filter(isBeyondDoubt)).toEqual(theirs.filter(isBeyondDoubt));
      }),
      { numRuns: 500 },
    );
  });
});

describe('braces', () => {
  it.each([
    ['a', ['a']],
    ['{a}', ['{a}']],
    ['{1..3}', ['{1..3}']],
    ['x{a,b}y', ['xay', 'xby']],
    ['{a,{b,c}d}', ['a', 'bd', 'cd']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['{a,b/c}/*', ['a/*', 'b/c/*']],
    ['{a,}', ['a', '']],
    ['${a,b}', ['${a,b}']],
    ['{a,b', ['{a,b']],
    ['{x}{a,b}', ['{x}a', '{x}b']],
  ])('%s', (pattern, expected) => {
    expect(expandBraces(pattern)).toEqual(expected);
  });
});
