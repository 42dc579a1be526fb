/** A later release of this service: the same sources, but for a harness that says whom it wakes, and another sandbox image. */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { podman } from './podman';
import { ROOT } from './places';

/** What the CDK's command line needs to synthesize the stack; it builds the functions and the image's directory from them. */
const SOURCES = ['bin', 'image', 'lib', 'runtime', 'scripts', 'cdk.json', 'package.json', 'tsconfig.json'];
const HANDLER = join('runtime', 'handlers', 'harness.ts');
const EXPORT = 'export const handler =';
const MARK = 'the later release wakes';

/** Makes the release. @returns its directory. */
export function makeLaterRelease(scratch: string): string {
  const directory = join(scratch, 'later');
  mkdirSync(directory);
  for (const source of SOURCES) cpSync(join(ROOT, source), join(directory, source), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));

  const handler = join(directory, HANDLER);
  const text = readFileSync(handler, 'utf8');
  assert.ok(text.includes(EXPORT), `${HANDLER} has a handler`);
  const marked = `export const handler: typeof wake = (ref, context) => {
  console.log('${MARK}', ref.sessionId);
  return wake(ref, context);
};
`;
  writeFileSync(handler, text.replace(EXPORT, 'const wake =') + marked);
  appendFileSync(join(directory, 'image', 'Dockerfile'), '\nLABEL release=later\n');
  return directory;
}

/** Whether a session was ever woken by the harness of the later release, as the containers of functions tell. */
export function wasWokenByLaterRelease(sessionId: string): boolean {
  const containers = podman('ps', '--all', '--quiet', '--filter', 'label=ministack=lambda').split('\n').filter(Boolean);
  return containers.some((id) => podman('logs', id).includes(`${MARK} ${sessionId}`));
}
