import { planPackages, type Packages } from '../../runtime/sandbox/package-plan';

const NONE: Packages = { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] };
const everything = (): boolean => true;
const nothing = (): boolean => false;
const commands = (packages: Partial<Packages>, has = everything): string[] =>
  planPackages({ ...NONE, ...packages }, has).map(({ argv, asSystem }) => `${asSystem ? '# ' : '$ '}${argv.join(' ')}`);

describe('the plan for the packages of an environment', () => {
  it('is nothing where it wants none', () => {
    expect(planPackages(NONE, nothing)).toEqual([]);
  });

  it('has the managers in their order, the system first', () => {
    const one = { apt: ['jq'], cargo: ['ripgrep'], gem: ['rake'], go: ['example.com/x'], npm: ['zx'], pip: ['six'] };
    expect(planPackages({ ...NONE, ...one }, everything).map(({ manager }) => manager)).toEqual([
      'apt',
      'apt',
      'cargo',
      'gem',
      'go',
      'npm',
      'pip',
    ]);
  });

  it('changes the system for apt alone, and installs everything else for the user of the tools', () => {
    expect(commands({ apt: ['libpq-dev', 'jq=1.6-2.1'], pip: ['six==1.16', 'pandas'] })).toEqual([
      '# apt-get update --quiet',
      '# apt-get install --yes --no-install-recommends --quiet -- libpq-dev jq=1.6-2.1',
      '$ python3 -m pip install --user --no-input --quiet --no-warn-script-location six==1.16 pandas',
    ]);
  });

  it('brings the managers that the image does not have, and only those that are wanted', () => {
    const [, install = ''] = commands(
      { apt: ['jq'], go: ['example.com/x@v1', 'example.com/y'], gem: ['rake'] },
      nothing,
    );
    expect(install).toMatch(/-- jq ruby ruby-dev golang-go$/);
    expect(commands({ go: ['example.com/x@v1', 'example.com/y'] })).toEqual([
      '$ go install example.com/x@v1',
      '$ go install example.com/y@latest',
    ]);
  });

  it.each(['/workspace/evil.deb', './evil.deb', 'a b', '--option', 'name;id', 'Name', ''])(
    'takes no path, no option and nothing else for the name of a package of the system: %j',
    (name) => {
      expect(() => planPackages({ ...NONE, apt: [name] }, everything)).toThrow(/apt: .* is not the name/);
    },
  );
});
