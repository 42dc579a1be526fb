import { answerCloudFormation, type CustomResourceEvent } from '../../runtime/aws/custom-resource';
import { startAwsServer, type AwsServer } from './aws-server';

let cloudFormation: AwsServer;
let status = 200;
beforeAll(async () => {
  cloudFormation = await startAwsServer(() => ({ status }));
});
afterAll(() => cloudFormation.close());
beforeEach(() => {
  cloudFormation.calls.length = 0;
  status = 200;
});

const event = (): CustomResourceEvent => ({
  RequestType: 'Create',
  ResponseURL: `${cloudFormation.config.endpoint}/answer?signature=s`,
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'FirstKey',
  ResourceProperties: {},
});
const answer = (): unknown => JSON.parse(cloudFormation.calls[0]?.body ?? '');

describe('a custom resource', () => {
  test('is told to CloudFormation as done', async () => {
    await answerCloudFormation(event(), async () => undefined);
    expect(cloudFormation.calls[0]).toMatchObject({ method: 'PUT', path: '/answer?signature=s' });
    expect(answer()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'FirstKey',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'FirstKey',
    });
  });

  test('is told as failed with its reason, so that a deployment never waits in vain', async () => {
    const noted = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await answerCloudFormation(event(), () => Promise.reject(new Error('no '.repeat(2_000))));
    expect(answer()).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^no no/) });
    expect(cloudFormation.calls[0]?.body.length).toBeLessThan(4_096);
    noted.mockRestore();
  });

  test('fails where CloudFormation does not take the answer, so that Lambda tries again', async () => {
    status = 403;
    await expect(answerCloudFormation(event(), async () => undefined)).rejects.toThrow(/403/);
  });
});
