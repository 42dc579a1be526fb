/** JSON Schemas of the operations' parameters, derived from the SDK's type declarations by `ts-json-schema-generator`. */
import {
  AnyType,
  createFormatter,
  createParser,
  DEFAULT_CONFIG,
  SchemaGenerator,
  type CompletedConfig,
  type Schema,
} from 'ts-json-schema-generator';
import ts from 'typescript';
import { join } from 'node:path';
import type { SdkOperation } from './sdk';

export type { Schema };

/** The schema of an operation's parameters: a reference to the first of the definitions it comes with. */
export type ParamsSchema = (operation: SdkOperation) => Schema;

/** Loads the SDK's declarations once; the answer then derives one operation's schema at a time. */
export function paramsSchemas(root: string, operations: readonly SdkOperation[]): ParamsSchema {
  const modules = [...new Set(operations.flatMap((o) => o.params?.module ?? []))];
  const entry = join(root, 'params.ts');
  const text = [
    ...modules.map((module, i) => `import type * as M${i} from '@anthropic-ai/sdk/${module}';`),
    ...operations.map(
      (o, i) =>
        `export type Params${i} = ${o.params ? `M${modules.indexOf(o.params.module ?? '')}.${o.params.name}` : '{}'};`,
    ),
  ].join('\n');
  const program = programOf(entry, text);
  const file = program.getSourceFile(entry);
  const aliases = new Map(file?.statements.filter(ts.isTypeAliasDeclaration).map((s) => [s.name.text, s]));
  const config: CompletedConfig = {
    ...DEFAULT_CONFIG,
    expose: 'export',
    encodeRefs: false,
    additionalProperties: true,
  };
  const parser = createParser(program, config, (chain) => {
    // A file to upload: a dozen of the platform's own types, and no JSON.
    chain.addNodeParser({
      supportsNode: (node) => ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Uploadable',
      createType: () => new AnyType(),
    });
  });
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  return (operation) => {
    const alias = aliases.get(`Params${operations.indexOf(operation)}`);
    if (!alias) throw new Error(`${operation.name}: its parameters were not found`);
    return generator.createSchemaFromNodes([alias]);
  };
}

/** A program of one file that stands in memory only. */
function programOf(entry: string, text: string): ts.Program {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === entry || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === entry ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) : getSourceFile(name, ...rest);
  return ts.createProgram([entry], options, host);
}
