import { FUNCTION_MEMORY_MIB } from '../lib/function-memory';

/**
 * The unit prices that costs are reckoned with, all of them and nowhere else. US dollars, us-east-1, on demand, as of
 * 2026-11-21, without the free tiers. They are the published list prices as `source` has them; nobody here has an invoice.
 */
interface Price {
  readonly usd: number;
  readonly source: string;
}

const price = (usd: number, source: string): Price => ({ usd, source });

const LAMBDA = 'aws.amazon.com/lambda/pricing (Arm)';
const DYNAMODB = 'aws.amazon.com/dynamodb/pricing/on-demand';
const FARGATE = 'aws.amazon.com/fargate/pricing (Linux, Arm)';
const S3 = 'aws.amazon.com/s3/pricing (Standard)';

export const PRICES = {
  /** A request unit is a strongly consistent read of up to 4 KiB, or a write of up to 1 KiB. */
  readUnit: price(0.125e-6, DYNAMODB),
  writeUnit: price(0.625e-6, DYNAMODB),
  tableGibMonth: price(0.25, DYNAMODB),
  lambdaGibSecond: price(0.0000133334, LAMBDA),
  lambdaRequest: price(0.2e-6, LAMBDA),
  apiRequest: price(3.5e-6, 'aws.amazon.com/api-gateway/pricing (REST)'),
  /** Of a WebSocket: a minute that it stands, and a message of up to 32 KB, in either direction. */
  socketMinute: price(0.25e-6, 'aws.amazon.com/api-gateway/pricing (WebSocket)'),
  socketMessage: price(1e-6, 'aws.amazon.com/api-gateway/pricing (WebSocket)'),
  s3Put: price(5e-6, S3),
  s3GibMonth: price(0.023, S3),
  fargateVcpuHour: price(0.03238, FARGATE),
  fargateGibHour: price(0.00356, FARGATE),
  /** What Spot takes of the price of processor and memory; it varies. */
  fargateSpotShare: price(0.3, 'aws.amazon.com/fargate/pricing (Spot, up to 70 % off)'),
  publicAddressHour: price(0.005, 'aws.amazon.com/vpc/pricing (public IPv4)'),
} as const satisfies Record<string, Price>;

export const dollars = (of: keyof typeof PRICES, amount: number): number => PRICES[of].usd * amount;

const gib = (name: keyof typeof FUNCTION_MEMORY_MIB): number => FUNCTION_MEMORY_MIB[name] / 1_024;

/** The memory of the functions in GiB: as the construct has them unless told otherwise, and the least that will do. */
export const FUNCTION_MEMORY = {
  default: {
    api: gib('api'),
    stream: gib('stream'),
    bell: gib('bell'),
    harness: gib('harness'),
    sweeper: gib('sweeper'),
  },
  smallest: { api: 0.25, stream: 0.125, bell: 0.125, harness: 0.25, sweeper: 0.125 },
} as const;

/** The smallest sandbox that Fargate has. */
export const SMALLEST_SANDBOX = { vcpu: 0.25, gib: 0.5 } as const;
