/** What a command of a model may try from inside its container, and must not get. */
import assert from 'node:assert/strict';
import { ORDER_VARIABLE } from '../../../runtime/sandbox/container-contract';
import { containersOf, podman } from './containers';
import type { ShellSession } from './sessions';

/** What begins every credential of this service. */
const SECRET = 'sk-ant-';

/** The tools are a user without rights, in a system that they cannot change. */
export async function triesToBecomeSomebody(session: ShellSession): Promise<void> {
  const { text: who } = await session.run('id -u; grep -E "^(Cap(Prm|Eff|Amb)|NoNewPrivs)" /proc/self/status; pwd');
  const nothing = '0000000000000000';
  assert.match(who, new RegExp(`^1000\\nCapPrm:\\t${nothing}\\nCapEff:\\t${nothing}\\nCapAmb:\\t${nothing}\\n`));
  assert.match(who, /NoNewPrivs:\t1\n\/workspace$/);

  const { text: written } = await session.run(
    'for f in /x /etc/passwd /usr/bin/x /opt/sandbox/worker.js /run/x /run/supervisor/x /run/api/x; do echo x 2>&1 >> $f && echo WRITTEN $f; done; ' +
      'find / -xdev -perm /6000 -type f 2>/dev/null; mount -t tmpfs none /mnt 2>&1; su -c id < /dev/null 2>&1; chroot / id 2>&1; echo done',
  );
  assert.doesNotMatch(written, /WRITTEN|uid=0/);
  assert.match(written, /Read-only file system/);
  assert.match(written, /done$/);

  // Root of a namespace of one's own is nobody outside of it.
  const { text: namespaced } = await session.run(
    'unshare -rm sh -c "mount -o remount,rw / && echo REMOUNTED; umount -l /run/api && echo UNMOUNTED; ls /run/supervisor /run/api && echo LISTED; ' +
      'cat /proc/1/environ && echo READ; kill -9 1 && echo KILLED; chown 0:0 /workspace && echo OWNED" 2>&1; echo done',
  );
  assert.doesNotMatch(namespaced, /[A-Z]{4,}ED$|READ/m);

  const { text: places } = await session.run(
    'for d in /workspace ~ /tmp /mnt/session; do touch $d/here && rm $d/here && echo $d; done; ' +
      'for p in bash git rg python3 node gcc make curl jq zip unzip; do command -v $p > /dev/null || echo missing $p; done',
  );
  assert.equal(places, '/workspace\n/home/agent\n/tmp\n/mnt/session');
}

const READS_MEMORY = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for pid in filter(str.isdigit, os.listdir('/proc')):
    if os.stat('/proc/' + pid).st_uid != 0: continue
    for name in ('environ', 'maps', 'mem', 'stack', 'syscall', 'auxv'):
        try:
            with open(f'/proc/{pid}/{name}', 'rb') as file:
                if file.read(64): print('READ', pid, name)
        except OSError: pass
    for name in ('fd', 'fdinfo', 'map_files', 'task', 'ns'):
        try:
            for entry in os.listdir(f'/proc/{pid}/{name}'):
                if name != 'task': print('LISTED', pid, name)
        except OSError: pass
    for name in ('root', 'cwd', 'exe'):
        try: print('FOLLOWED', pid, os.readlink(f'/proc/{pid}/{name}'))
        except OSError: pass
    if libc.ptrace(16, int(pid), 0, 0) == 0: print('TRACED', pid)
    for signal in (15, 9):
        try: os.kill(int(pid), signal); print('SIGNALLED', pid)
        except OSError: pass
print('tried')
`;

/** Nothing that a tool can read holds a credential, and the supervisor can be neither read nor disturbed. */
export async function triesToFindTheToken(session: ShellSession): Promise<void> {
  const { text: environment } = await session.run('cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n" | sort -u; env');
  assert.doesNotMatch(environment, new RegExp(`${SECRET}|${ORDER_VARIABLE}|ECS_|AWS_(?!CA_BUNDLE)|claim`, 'i'));

  const { text: memory } = await session.run(`python3 - <<'END'\n${READS_MEMORY}\nEND`);
  assert.equal(memory, 'tried');

  // Spelled so that the command does not find itself.
  const { text: files } = await session.run(
    'grep -rlsI --exclude-dir=proc --exclude-dir=sys "sk-""ant-" / 2>/dev/null; cat /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n" | grep "sk-[a]nt"; echo searched',
  );
  const withPrefix = files.split('\n').filter((line) => !/^\/opt\/sandbox\/|^\/usr\//.test(line));
  assert.deepEqual(withPrefix, ['searched'], 'only programs hold the words that credentials begin with');
}

/** What whoever may look at containers sees is worth nothing any more. */
export async function triesTheClaim(session: ShellSession, baseUrl: string): Promise<void> {
  const [container = ''] = await containersOf(session.id);
  const variables = JSON.parse(await podman('inspect', '--format', '{{json .Config.Env}}', container)) as string[];
  const order = variables.find((variable) => variable.startsWith(`${ORDER_VARIABLE}=`)) ?? '';
  const { claim } = JSON.parse(order.slice(ORDER_VARIABLE.length + 1)) as { claim: string };
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(new URL(path, baseUrl), { method, headers: { authorization: `Bearer ${claim}` } });
  assert.equal((await ask('POST', '/v1/sandbox/claim')).status, 401);
  assert.equal((await ask('GET', '/v1/sandbox/workspace')).status, 401);
  assert.equal((await ask('GET', `/v1/sessions/${session.id}`)).status, 401);
}

const ADDRESSES = ['169.254.169.254', '169.254.170.2', '[fd00:ec2::254]', '1.1.1.1', '10.88.0.1'];

/** A `limited` network is none: no address of a cloud's, of the machine's, or of anybody's is reached. */
export async function triesTheNetwork(session: ShellSession): Promise<void> {
  const { text } = await session.run(
    `ls /sys/class/net; for a in ${ADDRESSES.join(' ')}; do for by in '' '*'; do curl -gfsS -m 3 --noproxy "$by" http://$a/ > /dev/null 2>&1 && echo REACHED $a; done; done; ` +
      `python3 -c "import socket; socket.socket(socket.AF_UNIX).connect('/run/api/api.sock')" 2>&1 | tail -n 1; echo tried`,
  );
  assert.match(text, /^lo\n/);
  assert.doesNotMatch(text, /REACHED|eth0/);
  assert.match(text, /PermissionError.*\ntried$/);

  // The supervisor's own way to the API is on the loopback interface: without a credential it leads nowhere.
  const { text: relay } = await session.run(
    'for p in $(awk \'$4 == "0A" {print $2}\' /proc/net/tcp | cut -d: -f2); do curl -s -m 3 -X POST http://127.0.0.1:$((16#$p))/v1/sandbox/claim; curl -s -m 3 http://127.0.0.1:$((16#$p))/v1/sessions; done',
  );
  assert.equal(relay.match(/authentication_error/g)?.length, 2);
}

const STARTS_PROCESSES = `
import os, time
started = 0
try:
    while started < 10000:
        if os.fork() == 0: time.sleep(5); os._exit(0)
        started += 1
except OSError: pass
print('stopped at', started)
`;

/** A command that takes all it can harms itself alone. */
export async function triesToTakeEverything(session: ShellSession): Promise<void> {
  const { text: processes } = await session.run(`python3 - <<'END'\n${STARTS_PROCESSES}\nEND`);
  assert.match(processes, /^stopped at 2[0-9]{3}$/m);
  const { text: memory } = await session.run('python3 -c "b = bytearray(6 * 1024 ** 3); print(len(b))" || echo ended');
  assert.doesNotMatch(memory, /^6442450944$/m);
  assert.equal((await session.run('echo alive')).text, 'alive');
}
