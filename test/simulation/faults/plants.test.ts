import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { FAULTS } from './all';
import { planted } from './plant';

const ROOT = join(__dirname, '../../..');

describe('the faults that are planted', () => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))('has its place in the code: %s', (_name, fault) => {
    const sound = readFileSync(join(ROOT, fault.file), 'utf8');
    const changed = planted(fault, sound);
    expect(changed).not.toBe(sound);
    // Code that cannot be read would not be played.
    expect(() => parseSync(changed, { syntax: 'typescript' })).not.toThrow();
  });

  it('have names of their own', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });
});
