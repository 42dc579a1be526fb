import { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** A request as the AWS SDK has it when it is about to be sent. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What dynalite wants to see of a signature, which it does not check. */
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=none, SignedHeaders=host, Signature=none',
  'x-amz-date': '20000101T000000Z',
};

/**
 * The part of a client's configuration that takes its requests to a listener in the same process: what would be written to a
 * socket is handed over, and nothing is signed. These two took a third of the processor time of a turn.
 */
export function handOver(listener: RequestListener): Pick<DynamoDBClientConfig, 'requestHandler' | 'signer'> {
  return {
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request: SdkRequest) => ({ response: await serve(listener, request) }),
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
      destroy: () => undefined,
    },
    signer: { sign: async (request) => request },
  };
}

function serve(listener: RequestListener, request: SdkRequest): Promise<SdkResponse> {
  return new Promise((resolve) => {
    const incoming = new EventEmitter();
    const { method, path, body } = request;
    Object.assign(incoming, { method, url: path, headers: { ...request.headers, ...SIGNED } });
    // dynalite uses no more of the two than what is here.
    listener(incoming as unknown as IncomingMessage, new DirectResponse(resolve) as unknown as ServerResponse);
    if (body !== undefined) incoming.emit('data', toBuffer(body));
    incoming.emit('end');
  });
}

/** The same bytes. The SDK's own arrays of bytes object to being asked for their value, which `Buffer.from` does. */
function toBuffer(body: string | Uint8Array): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** The answer to one request, handed over when it is complete. */
class DirectResponse extends EventEmitter {
  statusCode = 200;
  private readonly headers: Record<string, string> = {};

  constructor(private readonly done: (response: SdkResponse) => void) {
    super();
  }

  setHeader(name: string, value: unknown): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  writeHead(statusCode: number): this {
    this.statusCode = statusCode;
    return this;
  }

  end(body = ''): void {
    // Not from within the database's own callback: what the caller does next may throw.
    setImmediate(() => {
      this.done({ statusCode: this.statusCode, headers: this.headers, body: Buffer.from(body) });
      this.emit('close');
    });
  }
}
