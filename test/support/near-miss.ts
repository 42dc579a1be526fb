/** The well-formed id that differs from this one in its last digit alone, and so names nothing. */
export const nearMiss = (id: string): string => `${id.slice(0, -1)}${id.endsWith('1') ? '2' : '1'}`;
