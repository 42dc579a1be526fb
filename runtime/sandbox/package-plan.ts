import type { SessionRecord } from '../store/records';
import { LOCAL } from './tools-user';

export type Packages = Extract<SessionRecord['environmentConfig'], { type: 'cloud' }>['packages'];
export type PackageManager = Exclude<keyof Packages, 'type'>;

/** One program to run on the way to the packages of an environment. */
export interface PackageStep {
  readonly manager: PackageManager;
  readonly argv: readonly [string, ...string[]];
  /** Whether it changes the system, and so needs more than the tools' user may. */
  readonly asSystem: boolean;
}

/** Managers that an image need not have, with the packages of Debian that bring them and the program that tells. */
const BROUGHT_BY: Partial<Record<PackageManager, { readonly program: string; readonly packages: readonly string[] }>> =
  {
    cargo: { program: 'cargo', packages: ['cargo'] },
    gem: { program: 'gem', packages: ['ruby', 'ruby-dev'] },
    go: { program: 'go', packages: ['golang-go'] },
  };

/** Apt would take a path or an option for what it is; only names of an archive are let through, with a version or a suite. */
const APT_NAME = /^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?(?:[=/][A-Za-z0-9.+:~-]+)?$/;

const APT_INSTALL = ['apt-get', 'install', '--yes', '--no-install-recommends', '--quiet'] as const;

/**
 * What has to run so that an environment's packages are there, in the order of their managers (reference 4). A manager that
 * the image does not have is installed with the packages of the system.
 *
 * @param has whether the image has a program.
 * @throws Error for a name that no archive of the system's packages can have.
 */
export function planPackages(packages: Packages, has: (program: string) => boolean): PackageStep[] {
  const wrong = packages.apt.find((name) => !APT_NAME.test(name));
  if (wrong !== undefined) throw new Error(`apt: ${JSON.stringify(wrong)} is not the name of a package`);
  return [...systemSteps(packages, has), ...userSteps(packages)];
}

function systemSteps(packages: Packages, has: (program: string) => boolean): PackageStep[] {
  const missing = Object.entries(BROUGHT_BY).flatMap(([manager, { program, packages: names }]) =>
    packages[manager as PackageManager].length > 0 && !has(program) ? names : [],
  );
  const wanted = [...packages.apt, ...missing];
  if (wanted.length === 0) return [];
  return [systemStep('apt-get', 'update', '--quiet'), systemStep(...APT_INSTALL, '--', ...wanted)];
}

function systemStep(...argv: [string, ...string[]]): PackageStep {
  return { manager: 'apt', argv, asSystem: true };
}

/** No name begins with a dash: environments are checked for it. */
function userSteps({ cargo, gem, go, npm, pip }: Packages): PackageStep[] {
  const steps: PackageStep[] = [];
  const add = (manager: PackageManager, names: readonly string[], ...argv: [string, ...string[]]): void => {
    if (names.length > 0) steps.push({ manager, argv: [...argv, ...names], asSystem: false });
  };
  add('cargo', cargo, 'cargo', 'install', '--quiet', '--root', LOCAL);
  add('gem', gem, 'gem', 'install', '--no-document', '--user-install', '--bindir', `${LOCAL}/bin`);
  // One at a time: several modules cannot be installed at once.
  for (const name of go) add('go', [name.includes('@') ? name : `${name}@latest`], 'go', 'install');
  add('npm', npm, 'npm', 'install', '--global', '--no-fund', '--no-audit', '--loglevel=error');
  add('pip', pip, 'python3', '-m', 'pip', 'install', '--user', '--no-input', '--quiet', '--no-warn-script-location');
  return steps;
}
