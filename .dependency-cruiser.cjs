/**
 * The direction of imports (docs/architecture.md). A folder of `runtime/` may import folders of lower ranks, never one of
 * its own rank or above. `npm run arrows` checks it; a folder that stands in no rank is refused, so that nobody forgets.
 */
const ranks = [
  ['contract'],
  ['store'],
  ['thread', 'model', 'vault'],
  ['telemetry'],
  ['resources', 'egress', 'mcp'],
  ['sandbox', 'harness', 'http'],
  ['aws'],
  ['handlers'],
  ['local'],
];
const ranked = ranks.flat();

const arrows = ranks.flatMap((folders, rank) =>
  folders.map((folder) => {
    const forbidden = ranks
      .slice(rank)
      .flat()
      .filter((other) => other !== folder);
    return {
      name: `${folder}-looks-down-only`,
      severity: 'error',
      comment: `runtime/${folder} may not know what stands beside or above it`,
      from: { path: `^runtime/${folder}/` },
      to: { path: `^(bin|lib|test|bench|scripts${forbidden.length > 0 ? `|runtime/(${forbidden.join('|')})` : ''})/` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'every-folder-has-a-rank',
      severity: 'error',
      from: { path: '^runtime/', pathNot: `^runtime/(${ranked.join('|')})/` },
      to: {},
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or three',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'only-declared-packages',
      severity: 'error',
      comment: 'What is not in package.json may be gone tomorrow',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-development-packages-at-run-time',
      severity: 'error',
      comment:
        'Whoever installs the package has no development packages; what the Lambda functions need is in their bundles',
      from: { path: '^(bin|lib|runtime)/', pathNot: '^runtime/(aws|handlers)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'types'],
    },
  },
};
