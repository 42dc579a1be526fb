/** A page of a list: the items, and where the neighbours begin. A position is an id; cursors wrap it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly previous: string | null;
}

/** Where a list continues: after this id in the list's order, or before it. */
export interface PageRequest {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly after?: string;
  readonly before?: string;
}
