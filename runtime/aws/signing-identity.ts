import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Gives the credentials of AWS that sign a request; asked for each. */
export type SigningIdentity = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

/** Who this function is to AWS, found as every client of AWS finds it, and remembered while it holds. */
export const ownIdentity = (): SigningIdentity => new DynamoDBClient({}).config.credentials;
