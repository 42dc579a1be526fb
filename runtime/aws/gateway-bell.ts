import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Bell } from '../harness/ports';
import { hasSetting, readSetting } from './settings';

/** Rings through API Gateway, which holds the connections. */
export function createGatewayBell(client: ApiGatewayManagementApiClient): Bell {
  return {
    async ring(connection, message, signal) {
      const post = new PostToConnectionCommand({ ConnectionId: connection, Data: Buffer.from(message) });
      try {
        await client.send(post, { abortSignal: signal });
        return true;
      } catch (error) {
        if (error instanceof GoneException) return false;
        throw error;
      }
    },
  };
}

/** The bell of the stack; undefined where it has none. What it is told by stands at the address that sandboxes connect to. */
export function openBell(): Bell | undefined {
  if (!hasSetting('bellUrl')) return undefined;
  const endpoint = readSetting('bellUrl').replace(/^ws/, 'http');
  return createGatewayBell(new ApiGatewayManagementApiClient({ endpoint }));
}
