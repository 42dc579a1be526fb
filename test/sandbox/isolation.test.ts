import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { probeIsolation, type Isolation } from '../../runtime/local/isolation';
import type { HostNeeds } from '../../runtime/local/isolation-needs';
import type { SandboxPlaces } from '../../runtime/local/launcher-places';
import { ToolHostProcess } from '../../runtime/sandbox/tool-host-process';
import { eventually } from '../support/eventually';
import { Programs } from './programs';

/** What nobody in a sandbox may ever see. */
const TOKEN = 'sk-ant-req-very-secret';

let programs: Programs;
let isolations: Isolation[];
/** Stands for the supervisor: it holds the token in its memory, its environment and its arguments. */
let holder: ChildProcess;

beforeAll(async () => {
  programs = await Programs.build();
  isolations = await programs.isolations();
  holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e9)', TOKEN], { env: { TOKEN } });
  await writeFile(join(programs.sandboxes, 'database'), TOKEN, { mode: 0o600 });
});
afterAll(async () => {
  holder.kill('SIGKILL');
  await programs.remove();
});

/** Runs a script in a new sandbox and gives what it says. */
async function inside(
  isolation: Isolation,
  script: string,
  { network = true, timeoutMs = 50_000 }: Partial<HostNeeds> & { timeoutMs?: number } = {},
): Promise<{ text: string; places: SandboxPlaces }> {
  sandboxes += 1;
  const places = await programs.places(`s${sandboxes}`);
  const host = new ToolHostProcess(isolation.command(places, { network }), () => undefined);
  try {
    const output = await host.call('sevt_1', 'bash', { command: script }, AbortSignal.timeout(timeoutMs));
    return { text: String(output), places };
  } finally {
    await host.stop();
  }
}
let sandboxes = 0;

/** One test for each way of isolation of that kind that works here; none where none does, which `Programs` says. */
function eachOf(kinds: readonly Isolation['kind'][], name: string, run: (isolation: Isolation) => Promise<void>): void {
  it(name, async () => {
    for (const isolation of isolations) if (kinds.includes(isolation.kind)) await run(isolation);
  });
}

describe('a sandbox of any kind', () => {
  const any = ['bubblewrap', 'user'] as const;

  eachOf(any, 'has nothing in its environment but what a shell needs', async (isolation) => {
    const { text } = await inside(
      isolation,
      'env -0 | tr "\\0" "\\n" | cut -d= -f1 | sort | tr "\\n" " "; echo; cat /proc/*/environ; true',
    );
    expect(text).not.toContain(TOKEN);
    const names = text.split('\n')[0]?.trim().split(' ') ?? [];
    const expected = ['HOME', 'LANG', 'OLDPWD', 'PATH', 'PS1', 'PS2', 'PWD', 'SHLVL', 'TERM', 'TMPDIR', 'USER', '_'];
    expect(names.filter((name) => !expected.includes(name))).toEqual([]);
  });

  eachOf(any, 'cannot read what the process with the token holds', async (isolation) => {
    if (process.getuid?.() !== 0 && isolation.kind === 'user') return;
    const { pid } = holder;
    const { text } = await inside(
      isolation,
      `for file in environ mem maps fd; do cat /proc/${pid}/$file /proc/${pid}/$file/* 2>&1; done | head -c 2000; kill -9 ${pid} 2>&1; echo; echo done`,
    );
    expect(text).not.toContain(TOKEN);
    expect(text).toContain('done');
    expect(holder.exitCode ?? holder.signalCode).toBeNull();
  });

  eachOf(any, 'cannot read the data of the server', async (isolation) => {
    const { text } = await inside(
      isolation,
      `cat ${programs.sandboxes}/database 2>&1; ls ${programs.sandboxes} 2>&1; echo done`,
    );
    expect(text).not.toContain(TOKEN);
    expect(text).toMatch(/done$/);
  });

  eachOf(any, 'cannot read the files of another session', async (isolation) => {
    const { places } = await inside(
      isolation,
      'umask 000; echo mine > file; chmod 777 .; chmod 777 .. 2>/dev/null; echo ok',
    );
    const { text } = await inside(
      isolation,
      `cat ${places.workspace}/file 2>&1; echo theirs > ${places.workspace}/file; echo done`,
    );
    expect(text).not.toContain('mine');
    expect(await readFile(join(places.workspace, 'file'), 'utf8')).toBe('mine\n');
  });

  eachOf(any, 'keeps its workspace and its home, and nothing of its temporary directory', async (isolation) => {
    const { places } = await inside(isolation, 'echo 1 > kept; echo 2 > ~/kept; mktemp; ls -A /tmp ${TMPDIR:-/tmp}');
    const again = new ToolHostProcess(
      isolation.command(await programs.places(`s${sandboxes}`), { network: true }),
      () => undefined,
    );
    const output = await again.call(
      'sevt_2',
      'bash',
      { command: 'cat kept ~/kept; ls -A ${TMPDIR:-/tmp} | wc -l' },
      AbortSignal.timeout(50_000),
    );
    await again.stop();
    expect(output).toBe('1\n2\n0');
    expect(await readdir(places.tmp)).toEqual([]);
  });

  eachOf(any, 'cannot become anybody else', async (isolation) => {
    const { text } = await inside(
      isolation,
      'grep -E "^(CapPrm|CapEff|NoNewPrivs)" /proc/self/status; id -u; su -c id 2>&1 < /dev/null; true',
    );
    expect(text).toMatch(/CapPrm:\s+0000000000000000/);
    expect(text).toMatch(/CapEff:\s+0000000000000000/);
    expect(text).not.toMatch(/uid=0/);
    if (isolation.kind === 'bubblewrap') expect(text).toMatch(/NoNewPrivs:\s+1/);
  });

  eachOf(any, 'is held back from filling the machine with processes', async (isolation) => {
    if (process.getuid?.() !== 0) return;
    const start = "require('child_process').spawn('/bin/sleep', ['300']).on('error', () => {}).pid ? 1 : 0";
    const script = `let n = 0; for (let i = 0; i < 700; i += 1) n += ${start}; console.log(n); process.exit()`;
    const { text } = await inside(
      isolation,
      `ulimit -u; $(command -v node || echo ${process.execPath}) -e "${script}"`,
    );
    const [limit, started] = text.split('\n').map(Number);
    expect(limit).toBe(512);
    expect(started).toBeGreaterThan(400);
    expect(started).toBeLessThan(512);
  });

  eachOf(any, 'survives a fork bomb as far as the machine goes, and leaves nothing of it', async (isolation) => {
    if (process.getuid?.() !== 0) return;
    const marker = 'forkbomb';
    await inside(
      isolation,
      `cp /bin/sleep ./${marker}; f() { f | f & ./${marker} 60; }; f 2>/dev/null & sleep 1; echo`,
    ).catch(() => undefined);
    await eventually(async () => (await processesCalled(marker)) === 0);
  });
});

describe('a sandbox in bubblewrap', () => {
  const bubblewrap = ['bubblewrap'] as const;

  eachOf(bubblewrap, 'works in /workspace and sees no path of the machine', async (isolation) => {
    const { text, places } = await inside(isolation, 'pwd; ls -A /; ls /home; ls /opt/*; echo $HOME');
    const names = text.split('\n');
    expect(names[0]).toBe('/workspace');
    expect(names).toContain('workspace');
    for (const hidden of ['root', 'work', 'mnt', 'srv', 'boot', 'sys']) expect(names).not.toContain(hidden);
    expect(text).not.toContain(places.root);
    expect(names.at(-1)).toBe('/home/agent');
  });

  eachOf(bubblewrap, 'sees its own processes alone', async (isolation) => {
    const { text } = await inside(
      isolation,
      'cat /proc/[0-9]*/comm | sort -u | tr "\\n" " "; ls -d /proc/[0-9]* | wc -l',
    );
    const seen = text.split(/\s+/);
    const count = seen.pop();
    expect(seen.filter((name) => !['bash', 'bwrap', 'cat', 'node', 'MainThread', 'sort', 'tr'].includes(name))).toEqual(
      [],
    );
    expect(Number(count)).toBeLessThan(10);
  });

  eachOf(bubblewrap, 'can write to its workspace, its home and /tmp, and nowhere else', async (isolation) => {
    const { text } = await inside(
      isolation,
      'for d in / /usr /etc /opt /opt/managed-agents /var /bin /proc/sys/kernel /workspace /tmp /home/agent; do ' +
        '(touch $d/probe 2>/dev/null && echo $d); done; echo $(cat /etc/passwd | wc -l)',
    );
    expect(text.split('\n').slice(0, -1)).toEqual(['/workspace', '/tmp', '/home/agent']);
  });

  eachOf(bubblewrap, 'has tools: Node, a resolver of names, certificates', async (isolation) => {
    const { text } = await inside(isolation, 'node -p 6*7; whoami; ls /etc/resolv.conf; ls /etc/ssl/certs | wc -l');
    expect(text.split('\n').slice(0, 3)).toEqual(['42', 'agent', '/etc/resolv.conf']);
  });

  eachOf(bubblewrap, 'has no network when it shall have none', async (isolation) => {
    if (!isolation.cutsNetwork) return;
    const look = 'ls /sys/class/net 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "';
    expect((await inside(isolation, look, { network: false })).text).toBe('lo');
    expect((await inside(isolation, look, { network: true })).text.split('\n').length).toBeGreaterThan(1);
  });

  eachOf(bubblewrap, 'dies with the process that started it', async (isolation) => {
    sandboxes += 1;
    const places = await programs.places(`s${sandboxes}`);
    const script = "require('node:fs').writeFileSync('up', ''); setTimeout(() => {}, 98765e3)";
    const { file, args, ...options } = isolation.command(places, { network: true }, ['-e', script]);
    const starter = `require('node:child_process').spawn(...${JSON.stringify([file, args, options])})`;
    const parent = spawn(process.execPath, ['-e', `${starter}; setTimeout(() => {}, 1e9)`], { stdio: 'ignore' });
    await eventually(() => existsSync(join(places.workspace, 'up')));
    expect(await processesWith('98765e3')).toBeGreaterThan(1);
    parent.kill('SIGKILL');
    await eventually(async () => (await processesWith('98765e3')) === 0);
  });
});

describe('the choice of an isolation', () => {
  it('is the first that works, and warns where nothing isolates', async () => {
    const chosen = await probeIsolation(programs.sandboxes, programs.host);
    expect(chosen.kind).toBe(isolations[0]?.kind ?? 'none');
    expect(chosen.warning === null).toBe(chosen.kind === 'bubblewrap');
  });

  it('is none where the tool host cannot even run', async () => {
    const chosen = await probeIsolation(programs.sandboxes, { node: '/nowhere/node', script: programs.host.script });
    expect(chosen.kind).toBe('none');
    expect(chosen.warning).toContain('NOT isolated');
  });

  it('leaves nothing of its tries behind', async () => {
    expect((await readdir(programs.sandboxes)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

const processesWith = async (word: string): Promise<number> =>
  (await commandLines()).filter((line) => line.includes(word)).length;

const processesCalled = async (name: string): Promise<number> =>
  (await commandLines()).filter((line) => line.split('\0')[0] === `./${name}`).length;
