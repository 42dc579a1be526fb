import { Token } from 'aws-cdk-lib';

/**
 * Sandboxes without another way out than the gateway pull their image by the endpoints of ECR, before there is a way out.
 *
 * @throws Error for an image of another registry.
 */
export function checkIsolatedImage(uri: string): void {
  if (Token.isUnresolved(uri) || /^[0-9]+\.dkr\.ecr\./.test(uri)) return;
  throw new Error(
    `image: sandboxes behind the egress gateway cannot pull "${uri}", which is not in ECR. Use SandboxImage.builtInAccount(), ` +
      'builtByDocker() or fromEcrRepository(), or leave `egress` out',
  );
}
