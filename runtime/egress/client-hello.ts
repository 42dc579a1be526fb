/** What the first bytes of a connection say. `incomplete`: more of them are needed to tell. */
export type Opening =
  | { readonly type: 'incomplete' }
  | { readonly type: 'tls'; /** Null where the client names none. */ readonly serverName: string | null }
  | { readonly type: 'other' };

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const RECORD_HEADER = 5;
const HELLO_HEADER = 4;
/** A hello is a few kilobytes at most, even with the keys of several key exchanges. */
export const MAX_OPENING = 32 * 1024;

const INCOMPLETE = { type: 'incomplete' } as const;
const OTHER = { type: 'other' } as const;

/** Reads the server's name out of the hello with which a client opens TLS (RFC 8446, section 4.1.2; RFC 6066, section 3). */
export function readOpening(bytes: Buffer): Opening {
  if (bytes.length === 0) return INCOMPLETE;
  if (bytes[0] !== HANDSHAKE || (bytes.length > 1 && bytes[1] !== 3)) return OTHER;
  const hello = handshakeOf(bytes);
  if (hello.length > 0 && hello[0] !== CLIENT_HELLO) return OTHER;
  if (hello.length < HELLO_HEADER) return INCOMPLETE;
  const length = hello.readUIntBE(1, 3);
  if (length > MAX_OPENING) return OTHER;
  if (hello.length < HELLO_HEADER + length) return INCOMPLETE;
  try {
    return { type: 'tls', serverName: serverNameIn(new Fields(hello.subarray(HELLO_HEADER, HELLO_HEADER + length))) };
  } catch {
    return OTHER;
  }
}

/** The handshake's bytes, which may be cut into several records. */
function handshakeOf(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; bytes.length - at > RECORD_HEADER && bytes[at] === HANDSHAKE;) {
    const end = at + RECORD_HEADER + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + RECORD_HEADER, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function serverNameIn(hello: Fields): string | null {
  hello.skip(2 + 32);
  hello.block(1);
  hello.block(2);
  hello.block(1);
  if (hello.isEmpty) return null;
  const extensions = hello.block(2);
  while (!extensions.isEmpty) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    if (type !== SERVER_NAME) continue;
    const names = content.block(2);
    if (names.number(1) === 0) return names.block(2).text();
  }
  return null;
}

/** Reads one field after the other. @throws RangeError behind the end. */
class Fields {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isEmpty(): boolean {
    return this.at >= this.bytes.length;
  }

  number(size: 1 | 2): number {
    const value = this.bytes.readUIntBE(this.at, size);
    this.at += size;
    return value;
  }

  skip(size: number): void {
    if (this.at + size > this.bytes.length) throw new RangeError('The hello ends too early');
    this.at += size;
  }

  /** A part that begins with its own length, in so many bytes. */
  block(lengthSize: 1 | 2): Fields {
    const length = this.number(lengthSize);
    const start = this.at;
    this.skip(length);
    return new Fields(this.bytes.subarray(start, this.at));
  }

  text(): string {
    return this.bytes.toString('latin1');
  }
}
