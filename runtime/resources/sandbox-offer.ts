/** What the sandboxes of `cloud` environments can be in a deployment, and what it refuses to promise. */
import { invalid } from '../contract/errors';
import type { Environment } from '../contract/wire';

/** What a deployment's sandboxes can be. */
export interface SandboxOffer {
  /**
   * Whether something holds a sandbox to the hosts that a `limited` network allows. Where nothing does, such environments are
   * refused: a policy that is not enforced is worse than none.
   */
  readonly limitedNetworks: boolean;
}

/** A deployment that says nothing of its sandboxes offers the least. */
const LEAST: SandboxOffer = { limitedNetworks: false };

/**
 * @param field of the request, to begin the refusal with.
 * @throws ApiError 400 for a network that the deployment's sandboxes would not keep to.
 */
export function checkNetwork(
  config: Environment['config'],
  { limitedNetworks }: SandboxOffer = LEAST,
  field = 'config.networking',
): void {
  if (limitedNetworks || config.type !== 'cloud' || config.networking.type !== 'limited') return;
  throw invalid(
    `${field}: nothing in this deployment would hold sandboxes to a list of hosts, so \`limited\` networks are refused.` +
      ' Use an `unrestricted` network, a `self_hosted` environment, or a deployment with an egress gateway.',
  );
}
