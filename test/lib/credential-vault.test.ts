import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CredentialVault, type CredentialVaultProps } from '../../lib/credential-vault';
import { ManagedAgents } from '../../lib/managed-agents';
import { SessionStore } from '../../lib/session-store';
import { VaultStorage } from '../../lib/vault-storage';
import { SETTINGS } from '../../runtime/aws/settings';
import { actionsOf, newStack, permissions } from './stack';

function templateOf(props: Omit<CredentialVaultProps, 'store'> = {}): Template {
  const stack = newStack();
  const vault = new CredentialVault(stack, 'Vault', { store: new SessionStore(stack, 'Store'), ...props });
  const caller = (id: string) => new Role(stack, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  vault.grantKeep(caller('Putter'));
  vault.grantBroker(caller('Getter'));
  return Template.fromStack(stack);
}

describe('the vault of credentials', () => {
  const template = templateOf();

  test('lets its two functions do with its own secrets what they must, and nothing with others', () => {
    for (const role of ['VaultKeeperRole', 'VaultBrokerRole']) {
      const onSecrets = permissions(template, role).filter(({ action }) => action.startsWith('secretsmanager:'));
      expect(onSecrets.map(({ action }) => action)).toEqual([
        'secretsmanager:CreateSecret',
        'secretsmanager:DeleteSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:TagResource',
      ]);
      for (const { resource } of onSecrets) expect(resource).toMatch(/:secret:TestVault\w*\/vaults\/\*"/);
    }
  });

  test('lets the keeper see no session, and neither of them change one but to say that it watches', () => {
    const onSessions = (role: string) =>
      permissions(template, role)
        .filter(({ resource }) => resource.includes('StoreSessions'))
        .map(({ action }) => action);
    expect(onSessions('VaultKeeperRole')).toEqual([]);
    expect(onSessions('VaultBrokerRole')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ]);
  });

  test('lets others call the one function that they were given', () => {
    expect(permissions(template, 'Putter')).toEqual([
      { action: 'lambda:InvokeFunction', resource: expect.stringContaining('VaultKeeper') },
    ]);
    expect(permissions(template, 'Getter')).toEqual([
      { action: 'lambda:InvokeFunction', resource: expect.stringContaining('VaultBroker') },
    ]);
  });

  test('keeps many vaults under one key, in a bucket that forgets what is deleted, where that is wanted', () => {
    const sealed = templateOf({ storage: VaultStorage.envelope() });
    sealed.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    const buckets = sealed.findResources('AWS::S3::Bucket');
    const [id = ''] = Object.keys(buckets).filter((name) => name.includes('Sealed'));
    expect(buckets[id]?.Properties.VersioningConfiguration).toBeUndefined();
    for (const role of ['VaultKeeperRole', 'VaultBrokerRole']) {
      const actions = actionsOf(sealed, role);
      expect(actions.filter((action) => action.startsWith('secretsmanager:'))).toEqual([]);
      expect(actions).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey', 's3:PutObject']));
    }
  });

  test('of another stack tells functions where it is, and lets them call it', () => {
    const stack = newStack();
    const arnOf = (name: string) => `arn:aws:lambda:us-east-1:111122223333:function:${name}`;
    const vault = CredentialVault.fromCredentialVaultAttributes(stack, 'Vault', {
      keeperFunctionArn: arnOf('keeper'),
      brokerFunctionArn: arnOf('broker'),
    });
    vault.grantBroker(new Role(stack, 'Getter', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    expect(vault.functionEnvironment).toEqual({ VAULT_KEEPER_FUNCTION: 'keeper' });
    expect(vault.brokerEnvironment).toEqual({ VAULT_BROKER_FUNCTION: 'broker' });
    expect(permissions(Template.fromStack(stack), 'Getter')).toEqual([
      { action: 'lambda:InvokeFunction', resource: `"${arnOf('broker')}"` },
    ]);
  });

  test('encrypts with a key of yours, and reaches the private hosts that you name', () => {
    const stack = newStack();
    const withKey = new CredentialVault(stack, 'Vault', {
      store: new SessionStore(stack, 'Store'),
      encryptionKey: new Key(stack, 'Key'),
      privateHosts: ['mcp.internal', '*.corp.example.com'],
    });
    const made = Template.fromStack(stack);
    expect(actionsOf(made, 'VaultBrokerRole')).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']));
    expect(JSON.stringify(made.toJSON())).toContain('"mcp.internal,*.corp.example.com"');
    expect(withKey.functionEnvironment).toHaveProperty(SETTINGS.vaultKeeperFunction);
  });
});

test('nobody in the whole stack but the vault may read the secrets of credentials', () => {
  const stack = newStack();
  new ManagedAgents(stack, 'Agents');
  const template = Template.fromStack(stack);
  const roles = Object.keys(template.findResources('AWS::IAM::Role'));
  const readers = roles.filter((role) =>
    permissions(template, role).some(
      ({ action, resource }) => action === 'secretsmanager:GetSecretValue' && resource.includes('/vaults/'),
    ),
  );
  expect(readers).toHaveLength(2);
  for (const role of readers) expect(role).toMatch(/Vault(Keeper|Broker)/);
  const calls = permissions(template, 'AgentsApiApiRole').filter(({ resource }) => resource.includes('Vault'));
  expect(calls).toEqual([{ action: 'lambda:InvokeFunction', resource: expect.stringContaining('VaultKeeper') }]);
});
