import { execFileSync } from 'node:child_process';
import { chmod, link, lstat, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { HostCommand } from '../../runtime/sandbox/supervisor-config';
import { ArchiveDamaged, pack, unpack } from '../../runtime/sandbox/workspace-archive';

const MAX = 64 * 1024 * 1024;
const signal = new AbortController().signal;

/** Runs a program in a directory, as ourselves. */
function asUser([file = '', ...args]: readonly string[], directory: string): HostCommand {
  return {
    file: '/bin/bash',
    args: ['-c', 'cd "$0" && exec "$@"', directory, file, ...args],
    env: { PATH: process.env.PATH ?? '' },
    cwd: '/',
  };
}

const NOBODY = 65_534;

/** Runs programs as somebody whom modes bind, which they do not bind root; what there is becomes theirs. */
async function unprivileged(): Promise<typeof asUser> {
  if (process.getuid?.() !== 0) return asUser;
  await chmod(root, 0o755);
  execFileSync('chown', ['-R', String(NOBODY), from, to]);
  const argv = ['setpriv', `--reuid=${NOBODY}`, '--clear-groups', '--'];
  return (command, directory) => asUser([...argv, ...command], directory);
}

let root: string;
let from: string;
let to: string;
let archive: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'archive-'));
  [from, to, archive] = [join(root, 'from'), join(root, 'to'), join(root, 'archive')];
  await mkdir(from);
  await mkdir(to);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const packed = () => pack(from, archive, asUser, { maxBytes: MAX, signal });
const unpacked = () => unpack(archive, to, asUser, signal);

describe('an archive of a workspace', () => {
  it('keeps modes, links of both kinds, empty directories and odd names', async () => {
    await mkdir(join(from, 'd/empty'), { recursive: true });
    await writeFile(join(from, 'd/file'), 'kept', { mode: 0o640 });
    await chmod(join(from, 'd/file'), 0o751);
    await link(join(from, 'd/file'), join(from, 'hard'));
    await symlink('d/file', join(from, 'inside'));
    await symlink('/etc/passwd', join(from, 'outside'));
    await writeFile(join(from, '-odd \n'), '');
    const { leftOut } = await packed();
    expect(leftOut).toBeNull();
    await unpacked();
    expect(await readFile(join(to, 'd/file'), 'utf8')).toBe('kept');
    expect((await stat(join(to, 'd/file'))).mode & 0o777).toBe(0o751);
    expect((await stat(join(to, 'hard'))).ino).toBe((await stat(join(to, 'd/file'))).ino);
    expect(await readlink(join(to, 'inside'))).toBe('d/file');
    expect(await readlink(join(to, 'outside'))).toBe('/etc/passwd');
    expect((await lstat(join(to, '-odd \n'))).size).toBe(0);
    expect((await stat(join(to, 'd/empty'))).isDirectory()).toBe(true);
  });

  it('holds whatever files there are', async () => {
    const name = fc.stringMatching(/^[^/\0]{1,40}$/).filter((text) => text !== '.' && text !== '..');
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 2_000 }), { maxKeys: 8, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(files, async (contents) => {
        await rm(from, { recursive: true, force: true });
        await mkdir(from);
        for (const [file, bytes] of Object.entries(contents)) await writeFile(join(from, file), bytes);
        await packed();
        await unpacked();
        for (const [file, bytes] of Object.entries(contents)) {
          expect(Buffer.compare(await readFile(join(to, file)), bytes)).toBe(0);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('replaces what was there before', async () => {
    await writeFile(join(from, 'new'), '');
    await packed();
    await mkdir(join(to, 'old/deep'), { recursive: true });
    await writeFile(join(to, 'old/deep/file'), '');
    await unpacked();
    await expect(stat(join(to, 'old'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await stat(join(to, 'new'))).size).toBe(0);
  });

  it('is refused when it grows too big, and when it is damaged or ends early', async () => {
    await writeFile(join(from, 'file'), Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * 31) % 251)));
    await expect(pack(from, archive, asUser, { maxBytes: 100, signal })).rejects.toThrow(/too big/);
    await packed();
    const whole = await readFile(archive);
    const came = async (bytes: Buffer): Promise<void> => {
      await writeFile(archive, bytes);
      await unpacked();
    };
    await expect(came(whole.subarray(0, 200))).rejects.toThrow(ArchiveDamaged);
    await expect(came(Buffer.concat([whole.subarray(0, 200), Buffer.alloc(whole.length)]))).rejects.toThrow(
      ArchiveDamaged,
    );
    await expect(came(Buffer.from('no archive'))).rejects.toThrow(/tar ended/);
    await expect(came(Buffer.alloc(0))).rejects.toThrow(ArchiveDamaged);
  });

  it('is not called damaged where it only cannot be unpacked here', async () => {
    await writeFile(join(from, 'file'), 'kept');
    await packed();
    // What ends as tar does on a full disk, but for who only reads.
    const onFullDisk = (argv: readonly string[], directory: string): HostCommand =>
      asUser(argv.includes('--extract') ? ['bash', '-c', 'cat > /dev/null; exit 2'] : argv, directory);
    const unpacking = unpack(archive, to, onFullDisk, signal);
    await expect(unpacking).rejects.toThrow('tar ended with 2');
    await expect(unpacking).rejects.not.toThrow(ArchiveDamaged);
  });

  it('replaces also what its owner had made read-only', async () => {
    await mkdir(join(from, 'd/e'), { recursive: true });
    await writeFile(join(from, 'd/e/file'), 'kept');
    const as = await unprivileged();
    await chmod(join(from, 'd/e'), 0o555);
    await chmod(join(from, 'd'), 0o500);
    await pack(from, archive, as, { maxBytes: MAX, signal });
    for (const _ of ['first', 'second']) await unpack(archive, to, as, signal);
    expect(await readFile(join(to, 'd/e/file'), 'utf8')).toBe('kept');
    expect((await stat(join(to, 'd/e'))).mode & 0o777).toBe(0o555);
    // Otherwise nobody but root could clear them away.
    for (const place of [join(from, 'd'), join(from, 'd/e'), join(to, 'd'), join(to, 'd/e')]) await chmod(place, 0o700);
  });

  it('ends when it is told to', async () => {
    await writeFile(join(from, 'file'), '');
    await expect(pack(from, archive, asUser, { maxBytes: MAX, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

/** An archive with entries that no tar would make of a directory. */
function forged(script: string): void {
  const program = `import io, sys, tarfile\nt = tarfile.open(sys.argv[1], 'w:gz')\ndef file(name, text=b'evil'):\n  i = tarfile.TarInfo(name); i.size = len(text); t.addfile(i, io.BytesIO(text))\ndef link(name, target, kind):\n  i = tarfile.TarInfo(name); i.type = kind; i.linkname = target; t.addfile(i)\n${script}\nt.close()`;
  execFileSync('python3', ['-c', program, archive]);
}

describe('an archive that somebody forged', () => {
  it.each([
    ['a path that leads upwards', "file('../escaped')"],
    ['an absolute path', `file(sys.argv[1] + '/../escaped')`],
    ['a link that leads out, and a file through it', `link('d', '..', tarfile.SYMTYPE); file('d/escaped')`],
    ['a hard link to a file outside, and its new content', `link('h', '../victim', tarfile.LNKTYPE); file('h')`],
  ])('writes nothing outside of the workspace: %s', async (_, script) => {
    await writeFile(join(root, 'victim'), 'untouched');
    forged(script);
    await unpacked().catch(() => undefined);
    await expect(stat(join(root, 'escaped'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readFile(join(root, 'victim'), 'utf8')).toBe('untouched');
  });
});
