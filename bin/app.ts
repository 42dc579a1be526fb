/** The app behind `npx cdk deploy`: one stack with everything, chosen by context (docs/constructs.md lists the keys). */
import { App } from 'aws-cdk-lib';
import { stackFromContext } from '../lib/app-context';

stackFromContext(new App());
