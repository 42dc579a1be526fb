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
  /**
   * The sizes of sandboxes by name, beside the default one. An environment asks for one of them by its metadata key
   * `sandbox_size`.
   *
   * @default - there is but one size, whatever the key says
   */
  readonly sizes?: readonly string[];
}

/** The wire has no field for it. Metadata passes every client, is listed with the environment, and costs no extension. */
const SIZE_KEY = 'sandbox_size';

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

/**
 * The size of sandbox that an environment asks for by its metadata. Undefined for the default one, and where there is no other.
 *
 * @param field of the request, to begin the refusal with.
 * @throws ApiError 400 for a size that the deployment does not have.
 */
export function sandboxSizeOf(
  { config, metadata }: Pick<Environment, 'config' | 'metadata'>,
  { sizes }: SandboxOffer = LEAST,
  field = `metadata.${SIZE_KEY}`,
): string | undefined {
  const size = metadata[SIZE_KEY];
  if (size === undefined || sizes === undefined || config.type !== 'cloud') return undefined;
  if (sizes.includes(size)) return size;
  const choice = sizes.length > 0 ? `one of ${sizes.join(', ')}, or leave it out` : 'none: it has one size only';
  throw invalid(`${field}: this deployment has no sandboxes of size "${size}". Name ${choice}.`);
}

/** Whether an update of an environment changes the size that it asks for. */
export function changesSize(before: Pick<Environment, 'metadata'>, after: Pick<Environment, 'metadata'>): boolean {
  return before.metadata[SIZE_KEY] !== after.metadata[SIZE_KEY];
}
