import { repositoryOf, withToken } from '../../runtime/egress/repository-token';
import type { RepositoryGrant } from '../../runtime/vault/ports';
import { Secret } from '../../runtime/vault/secret';

const ours: RepositoryGrant = {
  vaultId: 'sesn_1',
  credentialId: 'sesrsc_1',
  path: '/owner/ours',
  token: new Secret('token-1'),
};

describe('the token of a repository', () => {
  it.each([
    'GET /owner/ours/info/refs?service=git-upload-pack',
    'GET /owner/ours.git/info/refs?service=git-receive-pack',
    'POST /Owner/Ours.git/git-upload-pack',
    'POST /owner/ours/git-receive-pack',
  ])('is given for %s', (line) => {
    const [method = '', path = ''] = line.split(' ');
    expect(repositoryOf(method, path, [ours])).toBe(ours);
  });

  it.each([
    'GET /owner/ours',
    'GET /owner/ours/',
    'GET /owner/ours/settings',
    'GET /owner/ours/info/refs',
    'GET /owner/ours/info/refs?service=git-upload-pack&x=1',
    'POST /owner/ours/info/refs?service=git-upload-pack',
    'DELETE /owner/ours/git-receive-pack',
    'POST /owner/ours2/git-receive-pack',
    'POST /owner/ours.git.git/git-receive-pack',
    'POST /owner/other/git-receive-pack',
    'POST /owner/ours/../other/git-receive-pack',
    'POST /owner/ours/%2e%2e/other/git-receive-pack',
    'POST /owner/./ours/git-receive-pack',
    'POST //owner/ours/git-receive-pack',
    'POST /owner%2Fours/git-receive-pack',
    'POST /owner/ours/git-receive-pack/',
    'POST /owner/ours//git-receive-pack',
    'POST /api/v3/repos/owner/ours/git-receive-pack',
  ])('is not given for %s', (line) => {
    const [method = '', path = ''] = line.split(' ');
    expect(repositoryOf(method, path, [ours])).toBeUndefined();
  });

  it('leaves a request alone that brings a credential of its own', () => {
    const own = [['Authorization', 'Basic own']] as const;
    expect(withToken(own, ours)).toEqual(own);
    expect(withToken([], undefined)).toEqual([]);
    expect(withToken([], ours)).toEqual([
      ['authorization', `Basic ${Buffer.from('x-access-token:token-1').toString('base64')}`],
    ]);
  });
});
