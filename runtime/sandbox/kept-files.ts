/** Which of a session's archives a sandbox begins with, and what it does about one that does not come. */
import { ArchiveGone } from './archive-transfer';
import { ArchiveDamaged } from './workspace-archive';

/** Pauses between the tries to get one archive. */
const TRY_AGAIN_AFTER_MS = [1_000, 5_000] as const;

/** How an archive becomes the files of a workspace. */
export interface Taking<Source> {
  /**
   * Makes the workspace what an archive holds.
   *
   * @throws ArchiveDamaged or ArchiveGone where that archive is lost; any other error where it may come with the next try.
   */
  readonly take: (source: Source) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  readonly log: (line: string) => void;
}

/**
 * Takes the newest archive. Only one that is lost gives way to an older one: a workspace that went back in time because a
 * network was out of order for a moment would be saved over what it forgot.
 *
 * @param sources the newest first; without any the workspace stays as it is.
 * @throws Error when there are some and none could be had.
 */
export async function takeNewest<Source>(sources: readonly Source[], taking: Taking<Source>): Promise<void> {
  const losses: string[] = [];
  for (const source of sources) {
    try {
      await takeAtLast(source, taking);
      if (losses.length > 0) taking.log(`an older archive of the files was restored: ${losses.join('; ')}`);
      return;
    } catch (error) {
      if (!isLost(error)) throw error;
      losses.push(error.message);
    }
  }
  if (losses.length > 0) throw new Error(losses.join('; '));
}

async function takeAtLast<Source>(source: Source, { take, pause }: Taking<Source>): Promise<void> {
  for (const wait of [...TRY_AGAIN_AFTER_MS, null]) {
    try {
      return await take(source);
    } catch (error) {
      if (wait === null || isLost(error)) throw error;
      await pause(wait);
    }
  }
}

const isLost = (error: unknown): error is Error => error instanceof ArchiveDamaged || error instanceof ArchiveGone;
