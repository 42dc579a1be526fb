/** What a tool host is made from. */
export interface HostProgram {
  /** The Node executable. */
  readonly node: string;
  /** The tool host's program: one file that needs no other. */
  readonly script: string;
}

/** What an environment asks of its sandboxes. */
export interface HostNeeds {
  /** Whether the machine's network is the sandbox's too. Only bubblewrap can cut it off from every network. */
  readonly network: boolean;
  /** The one way out of a sandbox without a network. @default none */
  readonly egress?: HostEgress;
}

/** The way out by the egress gateway. */
export interface HostEgress {
  /** A directory with the gateway's socket and the certificates of whom to trust; what is in it is for one session. */
  readonly directory: string;
  /** What stands in the place of credentials, by the variable's name. */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** The files of such a directory. */
export const EGRESS_FILES = { socket: 'gateway.sock', gateway: 'gateway.pem', authorities: 'authorities.pem' } as const;
