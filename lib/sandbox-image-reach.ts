import { Token } from 'aws-cdk-lib';

/**
 * Sandboxes without a route to the internet, among them those behind the egress gateway, pull their image by the endpoints of ECR.
 *
 * @throws Error for an image of another registry.
 */
export function checkIsolatedImage(uri: string): void {
  if (Token.isUnresolved(uri) || /^[0-9]+\.dkr\.ecr\./.test(uri)) return;
  throw new Error(
    `image: sandboxes in isolated subnets or behind the egress gateway cannot pull "${uri}", which is not in ECR. Use ` +
      'SandboxImage.builtInAccount(), builtByDocker() or fromEcrRepository(), or leave `egress` out and choose another network',
  );
}
