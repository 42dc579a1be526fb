/** What a tool host is made from. */
export interface HostProgram {
  /** The Node executable. */
  readonly node: string;
  /** The tool host's program: one file that needs no other. */
  readonly script: string;
}

/** What an environment asks of its sandboxes. */
export interface HostNeeds {
  /** False cuts the sandbox off from every network; only bubblewrap can. */
  readonly network: boolean;
}
