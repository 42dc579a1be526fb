import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type { ICredentialVault } from './credential-vault';
import type { IHarnessFunction } from './harness-function';
import type { FunctionChoices } from './lambda-function';
import type { ISandboxFleet } from './sandbox-fleet';
import type { ISessionBell } from './session-bell';
import type { ISessionStore } from './session-store';

/** A name of yours for the API. */
export interface SessionApiDomain {
  readonly domainName: string;
  /** A certificate for the name, in the Region of the stack. */
  readonly certificate: acm.ICertificate;
}

/** What can be chosen of the API. */
export interface SessionApiProps extends FunctionChoices {
  readonly store: ISessionStore;
  readonly harness: IHarnessFunction;

  /**
   * Where sandboxes run.
   *
   * @default - nowhere
   */
  readonly sandboxes?: ISandboxFleet;

  /**
   * The bell by which the harness tells sandboxes of their calls; sessions that begin from now on use it. Give it to the harness, too.
   *
   * @default - none: each sandbox holds a stream open
   */
  readonly bell?: ISessionBell;

  /**
   * Where the secrets of credentials are kept.
   *
   * @default - nowhere: vaults are not served
   */
  readonly vault?: ICredentialVault;

  /**
   * A name of yours. Point it at `SessionApi.domain` in your DNS.
   *
   * @default - the address that API Gateway gives it
   */
  readonly domain?: SessionApiDomain;

  /**
   * Requests per second, over all callers.
   *
   * @default 100
   */
  readonly rateLimit?: number;

  /**
   * Requests at once, on top of the rate.
   *
   * @default 200
   */
  readonly burstLimit?: number;

  /**
   * Puts AWS's common rules and a limit per address in front. It costs about $8 a month. The bell is not behind it: AWS WAF
   * takes no WebSocket APIs.
   *
   * @default false
   */
  readonly waf?: boolean;

  /**
   * Asks for an IAM signature besides the API key. Only callers to whom `grantInvoke` was given get through; the official
   * clients then need a `fetch` that signs and must send their key as `x-api-key`. Sandboxes cannot sign, so they need an address
   * of their own, which they have in `SandboxNetwork.isolatedSubnets()`.
   *
   * @default false
   */
  readonly iamAuthorization?: boolean;

  /**
   * Memory in MiB of the function that answers requests.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Memory in MiB of the function that streams, for each open stream. 128 do where no event is larger than about a megabyte.
   *
   * @default 192
   */
  readonly streamMemorySize?: number;
}
