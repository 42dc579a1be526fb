/** What all benchmarks share: samples, their quantiles, and how they are printed. */

/** How much a benchmark does: `modest` takes seconds, `full` minutes. */
export type Size = 'modest' | 'full';

/** One benchmark of `npm run bench`. It measures and prints; it never judges, since a shared machine would make it lie. */
export interface Benchmark {
  readonly name: string;
  /** For the list of benchmarks: what it measures, in a line. */
  readonly about: string;
  run(size: Size): Promise<void>;
}

/** Milliseconds since the Unix epoch, with fractions: one scale for all processes of this machine. */
export const wallMs = (): number => performance.timeOrigin + performance.now();

/** The sample that the part `q` of all lie at or below; NaN where there is none. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** The time that `act` takes, in milliseconds. */
export async function timed<T>(act: () => Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const began = performance.now();
  const value = await act();
  return { ms: performance.now() - began, value };
}

/** Runs `act` for each item, at most `width` at a time. */
export async function forEachOf<T>(items: readonly T[], width: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}

/** A number for a table: three digits that count. */
export function show(value: number, unit = ''): string {
  if (Number.isNaN(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit}`;
}

export const ms = (value: number): string => show(value, ' ms');
export const times = (value: number): string => `${value.toFixed(2)} x`;
export const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
/** Dollars, small ones too. */
export const usd = (value: number): string => `$${value === 0 || value >= 1 ? value.toFixed(2) : value.toPrecision(3)}`;

/** Prints rows under a heading, each column as wide as it must be. The first row names the columns. */
export function table(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log(`\n${title}`);
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join('  ')}`);
  }
}
