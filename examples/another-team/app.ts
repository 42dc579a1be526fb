/**
 * Another team's stack: sessions for itself, and a function of its own that begins one. Deploy it with
 *
 *     npx cdk deploy --app 'npx tsx examples/another-team/app.ts'
 */
import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { ManagedAgents } from 'managed-agents-on-aws';

const app = new App();
const stack = new Stack(app, 'AnotherTeam');

const agents = new ManagedAgents(stack, 'Agents', {
  firstKeyWorkspace: 'another-team',
  sandboxes: { spot: true },
  monitoring: false,
});

const beginner = new NodejsFunction(stack, 'BeginSession', {
  entry: join('examples', 'another-team', 'begin-session.ts'),
  runtime: Runtime.NODEJS_24_X,
  timeout: Duration.seconds(30),
  bundling: { format: OutputFormat.CJS, bundleAwsSDK: true, minify: true },
  environment: {
    ANTHROPIC_BASE_URL: agents.url,
    API_KEY_SECRET: agents.firstKey?.secret.secretArn ?? '',
  },
});
agents.grantInvokeSessions(beginner);

new CfnOutput(stack, 'BeginSessionFunction', { value: beginner.functionName });
