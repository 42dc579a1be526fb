import { takeNewest } from '../../runtime/sandbox/kept-files';
import { ArchiveGone } from '../../runtime/sandbox/archive-transfer';
import { ArchiveDamaged } from '../../runtime/sandbox/workspace-archive';

/** What was tried, paused and said while archives were taken that fail so, one after the other. */
async function taking(sources: readonly string[], failures: Record<string, readonly Error[]>) {
  const tried: string[] = [];
  const paused: number[] = [];
  const said: string[] = [];
  const left = new Map(Object.entries(failures).map(([source, errors]) => [source, [...errors]]));
  const error = await takeNewest(sources, {
    take: async (source) => {
      tried.push(source);
      const failure = left.get(source)?.shift();
      if (failure) throw failure;
    },
    pause: async (ms) => void paused.push(ms),
    log: (line) => said.push(line),
  }).catch((caught: unknown) => caught);
  return { tried, paused, said, error };
}

const broken = new Error('the connection broke');

describe('the files that a sandbox begins with', () => {
  it('are none where none were kept', async () => {
    expect(await taking([], {})).toEqual({ tried: [], paused: [], said: [], error: undefined });
  });

  it('are the newest, and nothing is said of that', async () => {
    expect(await taking(['new', 'old'], {})).toMatchObject({ tried: ['new'], said: [], error: undefined });
  });

  it('are the newest also where it comes only with the third try', async () => {
    const { tried, paused, error } = await taking(['new', 'old'], { new: [broken, broken] });
    expect(error).toBeUndefined();
    expect(tried).toEqual(['new', 'new', 'new']);
    expect(paused).toHaveLength(2);
  });

  it('are never older ones because the newest do not come now', async () => {
    const { tried, error } = await taking(['new', 'old'], { new: [broken, broken, broken] });
    expect(error).toBe(broken);
    expect(tried).not.toContain('old');
  });

  it.each([
    ['damaged', new ArchiveDamaged('no archive')],
    ['gone', new ArchiveGone('status 404')],
  ])('are older ones where the newest are %s, at once, and that is told', async (_, loss) => {
    const { tried, paused, said, error } = await taking(['new', 'old'], { new: [loss] });
    expect(error).toBeUndefined();
    expect({ tried, paused }).toEqual({ tried: ['new', 'old'], paused: [] });
    expect(said).toEqual([expect.stringContaining(loss.message)]);
  });

  it('are wanting where all are lost, and it is told of each', async () => {
    const { error } = await taking(['new', 'old'], {
      new: [new ArchiveDamaged('not a tar')],
      old: [new ArchiveGone('status 404')],
    });
    expect(error).toEqual(new Error('not a tar; status 404'));
  });
});
