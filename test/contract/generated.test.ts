import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROUTES } from '../../runtime/contract/generated/routes';

const SDK = join(__dirname, '../../node_modules/@anthropic-ai/sdk');
const GENERATED = join(__dirname, '../../runtime/contract/generated');

describe('the generated contract', () => {
  it('is of the installed SDK (`npm run generate -- --check` compares it whole)', () => {
    const { version } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as { version: string };
    for (const file of ['operations.ts', 'routes.ts']) {
      expect(readFileSync(join(GENERATED, file), 'utf8')).toContain(`Generated from @anthropic-ai/sdk ${version} `);
    }
  });

  it('has the 120 managed-agents routes', () => {
    expect(Object.keys(ROUTES)).toHaveLength(120);
  });
});
