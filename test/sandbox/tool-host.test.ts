import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@anthropic-ai/sdk/lib/tools/ToolError';
import type { Isolation } from '../../runtime/local/isolation';
import type { SandboxPlaces } from '../../runtime/local/launcher-places';
import { ToolHostProcess } from '../../runtime/sandbox/tool-host-process';
import { eventually } from '../support/eventually';
import { Programs } from './programs';

let programs: Programs;
let isolation: Isolation | undefined;
let places: SandboxPlaces;
let host: ToolHostProcess;
let logged: string[];

beforeAll(async () => {
  programs = await Programs.build();
  [isolation] = await programs.isolations();
});
afterAll(() => programs.remove());

let sandboxes = 0;
let calls = 0;
beforeEach(async () => {
  logged = [];
  sandboxes += 1;
  places = await programs.places(`s${sandboxes}`);
  const { node, script } = programs.host;
  const plain = {
    file: node,
    args: [script, places.workspace],
    env: { PATH: process.env.PATH ?? '' },
    cwd: places.workspace,
  };
  host = new ToolHostProcess(isolation?.command(places, { network: true }) ?? plain, (line) => logged.push(line));
});
afterEach(() => host.stop());

async function call(name: string, input: unknown, signal = AbortSignal.timeout(60_000)): Promise<string> {
  calls += 1;
  return String(await host.call(`sevt_${calls}`, name, input, signal));
}

/** The text of the error result that the call ends with. */
async function refusal(name: string, input: unknown, signal?: AbortSignal): Promise<string> {
  try {
    await call(name, input, signal);
  } catch (error) {
    if (error instanceof ToolError && typeof error.content === 'string') return error.content;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe('a tool host', () => {
  it('runs the official tools in the workspace', async () => {
    expect(await call('write', { file_path: 'src/a.txt', content: 'one\ntwo\n' })).toBe('wrote 8 bytes to src/a.txt');
    expect(await call('edit', { file_path: 'src/a.txt', old_string: 'two', new_string: 'three' })).toContain('edited');
    expect(await call('read', { file_path: 'src/a.txt' })).toBe('one\nthree\n');
    expect(await call('glob', { pattern: '**/*.txt' })).toMatch(/\/src\/a\.txt$/);
    expect(await call('grep', { pattern: 'thr.e' })).toContain('a.txt:2:three');
    expect(await call('bash', { command: 'cat src/a.txt && wc -l < src/a.txt' })).toBe('one\nthree\n2');
    expect(await readFile(join(places.workspace, 'src/a.txt'), 'utf8')).toBe('one\nthree\n');
  });

  it('keeps one shell over the calls, and starts a new one when asked', async () => {
    await call('bash', { command: 'cd /tmp && export SOME=thing' });
    expect(await call('bash', { command: 'echo $PWD $SOME' })).toBe('/tmp thing');
    expect(await call('bash', { restart: true })).toBe('bash session restarted');
    expect(await call('bash', { command: 'echo $PWD $SOME' })).not.toContain('thing');
  });

  it('hands on the errors of tools', async () => {
    expect(await refusal('bash', { command: 'echo no >&2; false' })).toBe('no');
    expect(await refusal('read', { file_path: 'nowhere' })).toContain('no such file');
    expect(await refusal('read', { file_path: '/etc/passwd' })).toContain('outside');
    expect(await refusal('unknown', {})).toContain('no tool named unknown');
  });

  it('kills what a cancelled call runs, and serves the next one', async () => {
    const cancelled = new AbortController();
    const ended = refusal('bash', { command: 'sleep 300 & echo $! > pid; wait' }, cancelled.signal);
    while (!(await stat(join(places.workspace, 'pid')).catch(() => undefined))?.size)
      await call('glob', { pattern: 'pid' });
    cancelled.abort();
    expect(await ended).toContain('abort');
    const waitsForItsEnd = 'while kill -0 $(cat pid) 2> /dev/null; do sleep 0.1; done; echo gone';
    expect(await call('bash', { command: waitsForItsEnd })).toContain('gone');
  });

  it('tells what a command wrote before its time was up', async () => {
    // The shell is there already, and the time is for the command alone.
    expect(await call('bash', { command: 'echo ready' })).toBe('ready');
    expect(await refusal('bash', { command: 'echo half; sleep 60', timeout_ms: 1_000 })).toBe(
      'bash: bash command timed out after 1000ms\nUntil then it wrote:\nhalf\n',
    );
    expect(await refusal('bash', { command: 'sleep 60', timeout_ms: 300 })).toBe(
      'bash: bash command timed out after 300ms',
    );
  });

  it('says of a call in which it died that its outcome is not known, and is there for the next', async () => {
    expect(await refusal('bash', { command: 'touch begun; kill -KILL $PPID; sleep 5' })).toContain(
      'may or may not have taken effect',
    );
    expect(await call('bash', { command: 'ls' })).toBe('begun');
    expect(logged.join()).toContain('the tool host ended');
  });

  it('refuses an input that is too long, and stays', async () => {
    const content = 'x'.repeat(33 * 1024 * 1024);
    expect(await refusal('write', { file_path: 'big', content })).toContain('too long');
    expect(await call('bash', { command: 'ls' })).toBe('');
  });

  it('ends with everything that its calls left running', async () => {
    await call('bash', { command: '(setsid sleep 4321 &) ; (nohup sleep 4321 > /dev/null 2>&1 &); echo left' });
    await eventually(async () => (await running('4321')) > 0);
    await host.stop();
    await eventually(async () => (await running('4321')) === 0);
  });
});

describe('a long output', () => {
  const LINES = 60_000;
  const whole = Array.from({ length: LINES }, (_, i) => String(i + 1)).join('\n');

  it('of the shell goes to a file, from its first character to its last', async () => {
    const answer = await call('bash', { command: `seq 1 ${LINES}` });
    expect(answer.length).toBeLessThan(10_000);
    const path = /is in (\S+\/\.tool-outputs\/\S+\.txt);/.exec(answer)?.[1] ?? '';
    expect(await call('bash', { command: `cksum < ${path}; seq 1 ${LINES} | cksum` })).toMatch(/^(.*)\n\1$/);
    expect(await call('read', { file_path: path, view_range: [30_000, 30_001] })).toBe('30000\n30001');
    expect(answer).toContain('It begins:\n1\n2\n3\n');
    expect(answer).toContain(`\n${LINES - 1}\n${LINES}`);
  });

  it('of a command that failed is an error like a short one', async () => {
    expect(await refusal('bash', { command: `seq 1 ${LINES}; false` })).toContain('.tool-outputs/');
  });

  it('of another tool goes to a file too', async () => {
    await call('bash', { command: `seq 1 ${LINES} > lines; truncate -s 200000 lines` });
    const answer = await call('read', { file_path: 'lines' });
    expect(answer).toContain('The output has about 200000 characters');
    const path = /is in (\S+);/.exec(answer)?.[1] ?? '';
    const name = path.slice(path.lastIndexOf('/'));
    expect(await readFile(join(places.workspace, '.tool-outputs', name), 'utf8')).toBe(`${whole}\n`.slice(0, 200_000));
  });

  it('without an end fills neither the memory nor the disk', async () => {
    const answer = await refusal('bash', { command: 'yes', timeout_ms: 3_000 });
    expect(answer).toContain('The first part of it is in');
    const [file = ''] = await readdir(join(places.workspace, '.tool-outputs'));
    expect((await stat(join(places.workspace, '.tool-outputs', file))).size).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(await call('bash', { command: 'echo next' })).toBe('next');
  });

  it('is not one of 100,000 characters', async () => {
    expect(await call('bash', { command: "head -c 99000 /dev/zero | tr '\\0' x" })).toHaveLength(99_000);
    expect(await readdir(places.workspace)).toEqual([]);
  });
});

describe('a tool host that is not what it should be', () => {
  const pretender = (script: string): ToolHostProcess =>
    new ToolHostProcess({ file: process.execPath, args: ['-e', script], env: {}, cwd: '/' }, (line) =>
      logged.push(line),
    );

  it('is ended when it says more in one line than a result can have', async () => {
    host = pretender(
      'console.log(\'{"type":"ready"}\'); process.stdout.write(\'x\'.repeat(9e6)); setTimeout(() => {}, 1e6)',
    );
    expect(await refusal('bash', {})).toContain('may or may not have taken effect');
    expect(logged.join()).toContain('longer than');
  });

  it('is not believed what is no reply to a call', async () => {
    const replies = [
      '{"type":"ready"}',
      'no json',
      '[]',
      '{"type":"result"}',
      '{"type":"result","id":"other","output":"x","isError":false}',
    ];
    const says = `console.log(${JSON.stringify(replies.join('\n'))})`;
    host = pretender(`${says}; process.stdin.once('data', () => process.exit())`);
    expect(await refusal('bash', {})).toContain('may or may not have taken effect');
  });

  it('that cannot be started is an error of a call that did not run', async () => {
    host = new ToolHostProcess({ file: '/nowhere', args: [], env: {}, cwd: '/' }, (line) => logged.push(line));
    expect(await refusal('bash', {})).toContain('did not run');
  });
});

/** How many processes of the machine have the word among their arguments. */
async function running(word: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.startsWith('sleep') && line.split('\0').includes(word)).length;
}
