/**
 * The direction of imports (docs/architecture.md). A folder may import the folders that stand before it in this list of
 * layers, never one of its own rank or above. `contract` knows nothing.
 */
const ranks = [
  ['contract'],
  ['store'],
  ['thread', 'model', 'vault'],
  ['resources'],
  ['sandbox', 'harness', 'http'],
  ['handlers', 'local'],
];
const above = (i) => ranks.slice(i).flat();
const rules = ranks.flatMap((folders, i) =>
  folders.map((folder) => ({
    name: `arrows-of-${folder}`,
    severity: 'error',
    comment: `runtime/${folder} may not know what is beside or above it`,
    from: { path: `^runtime/${folder}/` },
    to: { path: `^runtime/(${above(i).filter((other) => other !== folder).join('|')})/` },
  })),
);
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'runtime-is-deployable', severity: 'error', from: { path: '^runtime/' }, to: { path: '^(bin|lib|test|bench)/' } },
    ...rules.filter((rule) => !rule.to.path.includes('()')),
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, parser: 'swc', enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] } },
};
