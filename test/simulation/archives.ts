/** The archives of sandboxes' files, as they lie in the bucket, and what must be true of them. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { WorkspaceArchives } from '../../runtime/resources/ports';
import { ArchiveGone } from '../../runtime/sandbox/archive-transfer';
import type { SavedWorkspace, WorkRecord } from '../../runtime/store/work-ports';
import type { Bucket } from './bucket';
import type { Gate, Written } from './database';

/** What the files of a workspace are here: the calls that ran in it, in their order. */
export type Files = readonly string[];

const MAX_BYTES = 1_000_000;
/** How many archives may be kept: the code's own number would make no judge. */
const GENERATIONS = 2;
const IS_ARCHIVE = /\/workspace\//;

const NOTHING: SavedWorkspace = { saved: [], uploading: null };

/** What is known when a run is over. */
interface End {
  readonly isDeleted: boolean;
  readonly isCalm: boolean;
  /** The calls that ran, and those that did not, although they were to. */
  readonly ran: Files;
  readonly idle: readonly string[];
  /** How many archives may be left that nobody keeps. */
  readonly strays: number;
}

/** The archives of one session, and whether each step with them was right. */
export class Archives {
  /** What a sandbox was told is saved: the newest. */
  #promised: Files = [];
  #kept = NOTHING;
  readonly #problems: string[] = [];
  /** What may be if something failed. */
  readonly #losses: string[] = [];

  constructor(private readonly bucket: Bucket) {}

  /** The bucket, as a process of the API reaches it. The signing of a URL reaches nothing. */
  reachedThrough(gate: Gate): WorkspaceArchives {
    return {
      maxBytes: MAX_BYTES,
      uploadUrl: async (key) => key,
      downloadUrl: async (key) => key,
      has: (key) => gate('has archive', async () => this.bucket.has(key)),
      delete: (key) =>
        gate('delete archive', async () => {
          if (this.#kept.saved.includes(key)) this.#problems.push('an archive was deleted while it was kept');
          this.bucket.delete(key);
        }),
    };
  }

  put(key: string, files: Files): void {
    this.bucket.put(key, Buffer.from(JSON.stringify(files)));
  }

  /** @throws ArchiveGone where there is no such archive. */
  get(key: string): Files {
    const body = this.bucket.get(key);
    if (!body) throw new ArchiveGone('there is no such archive');
    return JSON.parse(Buffer.from(body).toString()) as Files;
  }

  /** Follows what the work item says is kept. */
  saw({ after }: Written): void {
    const item = after && unmarshall(after);
    if (item?.work_id === undefined || typeof item.record !== 'string') return;
    const { savedWorkspace } = JSON.parse(item.record) as WorkRecord;
    const missing = savedWorkspace?.saved.filter((key) => !this.#kept.saved.includes(key) && !this.bucket.has(key));
    if (missing?.length) this.#problems.push('an archive is said to be kept that is not there');
    this.#kept = savedWorkspace ?? NOTHING;
  }

  /** A sandbox was told that its files are saved. One that slept hears of it when others have gone on from there. */
  promise(files: Files): void {
    if (beginsWith(files, this.#promised)) this.#promised = files;
    else if (!beginsWith(this.#promised, files)) this.#problems.push('files were saved over others');
  }

  /** A sandbox begins with these files. */
  restored(files: Files, ran: Files): void {
    if (!beginsWith(files, this.#promised)) this.#problems.push('a sandbox lacks files that were saved');
    if (files.length < ran.length) this.#losses.push('a sandbox lacks files that others had made');
  }

  /** All that is wrong with what is kept, once all is over. Of a deleted session nothing is kept: who comes late begins with nothing. */
  problems({ isDeleted, isCalm, ran, idle, strays }: End): string[] {
    if (isDeleted) return [];
    const { saved, uploading } = this.#kept;
    const [newest] = saved;
    const named = new Set([...saved, uploading]);
    const left = this.bucket.keys.filter((key) => IS_ARCHIVE.test(key) && !named.has(key));
    const isThere = newest !== undefined && this.bucket.has(newest);
    const isLacking = ran.length > 0 && (!isThere || this.get(newest).length < ran.length);
    return [
      ...this.#problems,
      ...(isCalm ? this.#losses : []),
      ...(isCalm ? idle.map((id) => `nothing failed, yet the call ${id} did not run`) : []),
      ...(saved.length > GENERATIONS ? [`${saved.length} archives are kept`] : []),
      ...(left.length > strays ? [`${left.length} archives are left that nobody keeps`] : []),
      ...(isCalm && uploading !== null ? ['an archive was begun and is not kept'] : []),
      ...(isCalm && isLacking ? ['nothing failed, yet not all files are kept'] : []),
    ];
  }
}

const beginsWith = (files: Files, beginning: Files): boolean => beginning.every((file, at) => files[at] === file);
