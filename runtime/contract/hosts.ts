/** Patterns of hosts, as environments and credentials list them (reference 4, 8). */

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`, 'i');
const MAX_HOST = 253;

/** Whether the text is a bare host or `*.` and a domain: no scheme, no port, no path (reference 4). */
export function isHostPattern(text: string): boolean {
  return text.length <= MAX_HOST && HOST.test(text);
}

/** Whether a pattern covers a host: `*.d` covers any depth below `d`, never `d` itself, and only on a dot boundary. */
export function coversHost(pattern: string, host: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), host.toLowerCase()];
  return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) : given === wanted;
}

/** Whether `outer` covers everything that `inner` does: `*.a.b` is covered by `*.a.b` and by `*.b`, by no single host. */
export function coversPattern(outer: string, inner: string): boolean {
  if (!inner.startsWith('*.')) return coversHost(outer, inner);
  return outer.startsWith('*.') && inner.slice(1).toLowerCase().endsWith(outer.slice(1).toLowerCase());
}
