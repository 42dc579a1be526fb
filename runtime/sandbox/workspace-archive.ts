/**
 * The files of a workspace as one archive: a tar, compressed. Both ways the work is done by the tools' user, so that an archive
 * holds nothing that the tools could not read, and, whatever stands in one, nothing is written that they could not write.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { HostCommand } from './supervisor-config';
import { startPiped, type PipedProcess } from './tools-user';

/** How a program is run in a directory as the tools' user. */
export type AsToolsUser = (argv: readonly string[], cwd: string) => HostCommand;

/** Keeps modes, links, times to the nanosecond and holes; other file systems and what was mounted stay out. */
const PACK = ['tar', '--create', '--gzip', '--format=posix', '--sparse', '--one-file-system', '--file=-', '.'] as const;
/** Tar itself takes absolute paths and `..` for what they are, and makes links that lead outside only when all else is done. */
const UNPACK = ['tar', '--extract', '--gzip', '--same-permissions', '--no-same-owner', '--file=-'] as const;
const LIST = ['tar', '--list', '--gzip', '--file=-'] as const;
/** From a directory that its owner may not write, nothing can be deleted. One by one, so that each is open before it is entered. */
const OPEN = [
  'find',
  '.',
  '-mindepth',
  '1',
  '-type',
  'd',
  '!',
  '-perm',
  '-u+rwx',
  '-exec',
  'chmod',
  'u+rwx',
  '{}',
  ';',
] as const;
const EMPTY = ['find', '.', '-mindepth', '1', '-delete'] as const;

/** What tar ends with when it left out files that it could not read, or that changed while it read them. */
const INCOMPLETE: readonly (number | null)[] = [1, 2];
/** And what it says when it gave up in the middle, which ends with the same code. */
const UNFINISHED = /not recoverable/;
const COMPLAINT_CHARS = 500;

/** An archive that was made. */
export interface Packed {
  readonly bytes: number;
  /** What tar said of files that it had to leave out, if there were any. */
  readonly leftOut: string | null;
}

/**
 * Packs a directory into a file.
 *
 * @throws Error when the archive would be bigger than `maxBytes`, tar could not do it, or the signal aborted.
 */
export async function pack(
  directory: string,
  file: string,
  as: AsToolsUser,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Packed> {
  const tar = startPiped(as(PACK, directory), signal);
  const end = ended(tar);
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new Error(`the files are too big to be kept: more than ${maxBytes} bytes, compressed`);
      yield chunk;
    }
  };
  await pipeline(tar.stdout, counted, createWriteStream(file, { mode: 0o600 }), { signal });
  const { code, complaints } = await end;
  if (code !== 0 && (!INCOMPLETE.includes(code) || UNFINISHED.test(complaints)))
    throw new Error(`tar ended with ${code}: ${complaints}`);
  return { bytes, leftOut: code === 0 ? null : complaints };
}

/** It cannot be read, and will not be the next time. */
export class ArchiveDamaged extends Error {
  override readonly name = 'ArchiveDamaged';
}

/**
 * Makes a directory hold what the archive in a file holds and nothing else.
 *
 * @throws ArchiveDamaged when the archive cannot be read; another error when it could not be unpacked here and now, or the
 *   signal aborted. The directory may then hold a part.
 */
export async function unpack(file: string, directory: string, as: AsToolsUser, signal: AbortSignal): Promise<void> {
  await empty(directory, as, signal);
  const unpacked = await fed(UNPACK, file, directory, as, signal);
  if (unpacked.code === 0) return;
  signal.throwIfAborted();
  const message = `tar ended with ${unpacked.code}: ${unpacked.complaints}`;
  // A full disk and too little memory end tar in the same way. Who only reads needs neither.
  const { code } = await fed(LIST, file, directory, as, signal);
  signal.throwIfAborted();
  throw code === 0 || code === null ? new Error(message) : new ArchiveDamaged(message);
}

/** How a program ended that was given a file to read. */
async function fed(
  argv: readonly string[],
  file: string,
  directory: string,
  as: AsToolsUser,
  signal: AbortSignal,
): Promise<Ended> {
  const program = startPiped(as(argv, directory), signal);
  const end = ended(program);
  program.stdout.resume();
  // It may end before its input does; what it ends with says more than the broken pipe.
  await pipeline(createReadStream(file), program.stdin, { signal }).catch(() => undefined);
  return end;
}

/** @throws Error when something could not be deleted. */
async function empty(directory: string, as: AsToolsUser, signal: AbortSignal): Promise<void> {
  for (const argv of [OPEN, EMPTY]) {
    const find = startPiped(as(argv, directory), signal);
    find.stdout.resume();
    const { code, complaints } = await ended(find);
    if (code !== 0) throw new Error(`the workspace could not be emptied: ${complaints}`);
  }
}

interface Ended {
  readonly code: number | null;
  readonly complaints: string;
}

/** How a process ends, and the last of what it complained about. */
function ended(child: PipedProcess): Promise<Ended> {
  let complaints = '';
  child.stderr.on('data', (text) => (complaints = (complaints + text).slice(-COMPLAINT_CHARS)));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, complaints: error.message }));
    child.once('close', (code) => resolve({ code, complaints: complaints.trim() }));
  });
}
