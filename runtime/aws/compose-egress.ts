/** The egress gateway as the functions of the stack know it. */
import { ECSClient } from '@aws-sdk/client-ecs';
import { systemClock } from '../contract/time';
import type { Store } from '../store/ports';
import type { EgressPlacement } from './fargate-task';
import { GatewayService } from './gateway-service';
import { hasVariables } from './session-variables';
import { hasSetting, readSetting } from './settings';

/** Where sandboxes stand that have no other way out. Undefined in a stack without a gateway. */
export function egressPlacement(store: Pick<Store, 'credentials'>): EgressPlacement | undefined {
  const service = openGatewayService();
  if (!service) return undefined;
  const [host = '', port] = readSetting('egressAddress').split(':');
  return {
    subnets: readSetting('egressSubnets').split(','),
    securityGroup: readSetting('egressSecurityGroup'),
    host,
    port: Number(port),
    apiUrl: readSetting('egressApiUrl'),
    raise: () => service.raise(),
    hasCredentials: (session) => hasVariables(store, session),
  };
}

/** The gateway's service. Undefined in a stack without one. */
export function openGatewayService(): GatewayService | undefined {
  if (!hasSetting('egressService')) return undefined;
  return new GatewayService({
    client: new ECSClient({}),
    cluster: readSetting('egressCluster'),
    service: readSetting('egressService'),
    sandboxCluster: readSetting('sandboxCluster'),
    clock: systemClock,
  });
}
