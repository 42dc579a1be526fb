/** The images of the deployment test, made from the machine's own Debian packages and the Node of the Lambda runtime test. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { installedRuntime } from '../lambda-runtime/install';
import { run } from './commands';
import { hasImage, podman } from './podman';
import { CACHE, ROOT } from './places';

/** The name under which the emulator looks for the image of Lambda's Node 24. */
const LAMBDA_IMAGE = 'public.ecr.aws/lambda/nodejs:24';
const BASE_IMAGE = 'localhost/debian-node:24';
export const SANDBOX_IMAGE = 'localhost/sandbox:deploy';

/** A minimal Debian with Node 24. */
export function buildBase(): void {
  if (hasImage(BASE_IMAGE)) return;
  const rootfs = join(CACHE, 'rootfs');
  rmSync(rootfs, { recursive: true, force: true });
  run('debootstrap', ['--variant=minbase', debianSuite(), rootfs, debianMirror()]);
  cpSync(installedRuntime().node, join(rootfs, 'usr/local/bin/node'));
  rmSync(join(rootfs, 'var/cache/apt/archives'), { recursive: true, force: true });
  const archive = join(CACHE, 'rootfs.tar');
  run('tar', ['-C', rootfs, '-cf', archive, '.']);
  podman('import', archive, BASE_IMAGE);
  rmSync(rootfs, { recursive: true, force: true });
  rmSync(archive);
}

/** Lambda's Node 24: the official runtime client, and in front of it what takes invocations over HTTP. */
export function buildLambdaImage(): void {
  const context = join(CACHE, 'lambda-image');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  cpSync(dirname(installedRuntime().client), join(context, 'client'), { recursive: true });
  buildSync({
    entryPoints: [join(__dirname, 'lambda-image-main.ts')],
    outfile: join(context, 'main.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
  });
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${BASE_IMAGE}\nCOPY client /opt/client\nCOPY main.js /opt/main.js\nENTRYPOINT ["node", "/opt/main.js"]\n`,
  );
  build(context, LAMBDA_IMAGE);
}

/** The image that sandboxes run, from the directory that CodeBuild would be given. */
export function buildSandboxImage(): void {
  build(join(ROOT, 'dist', 'sandbox-image'), SANDBOX_IMAGE, '--build-arg', `BASE=${BASE_IMAGE}`);
}

/** With the network of the machine: builds happen before the test has one of its own. */
function build(context: string, name: string, ...args: string[]): void {
  podman('build', '--quiet', '--network=host', '--layers', '--tag', name, ...args, context);
}

function debianSuite(): string {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
}

/** The mirror that this machine's own packages come from. */
function debianMirror(): string {
  const more = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...readdirSync(more).map((name) => join(more, name))];
  const texts = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
  const mirrors = texts.flatMap((text) => [...text.matchAll(/^(?:URIs:|deb(?: \[[^\]]*\])?) *(\S*debian\S*)/gm)]);
  return mirrors[0]?.[1] ?? 'http://deb.debian.org/debian';
}
