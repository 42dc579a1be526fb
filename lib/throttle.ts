import { Token } from 'aws-cdk-lib';

/** How much of an API gets through. */
export interface Throttle {
  /** Requests per second, over all callers. */
  readonly rateLimit?: number;
  /** Requests at once, on top of the rate. */
  readonly burstLimit?: number;
}

/**
 * @param otherwise what comes of a limit of 0, for the message.
 * @throws for a limit that lets nothing through.
 */
export function checkThrottle({ rateLimit, burstLimit }: Throttle, otherwise: string): void {
  for (const [name, value] of Object.entries({ rateLimit, burstLimit })) {
    if (value !== undefined && !Token.isUnresolved(value) && value <= 0) {
      throw new Error(`${name}: must be above 0, or ${otherwise}. Leave it out for the default`);
    }
  }
}
