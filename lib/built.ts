import { join } from 'node:path';

/** Where the build puts what the constructs deploy: above the compiled constructs, which stand in `dist/constructs/lib`. */
export const BUILT = __filename.endsWith('.ts') ? join(__dirname, '..', 'dist') : join(__dirname, '..', '..');
