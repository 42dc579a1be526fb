/**
 * Reads the SDK's resource classes and says what each method puts on the wire. The classes are generated and of one form:
 * a method takes its parameters apart (`const { session_id, betas, ...query } = params`), then calls one verb of the client
 * with a path, a query, a body and headers. So the code itself, not a comment, tells which parameter goes where. A method
 * of a form that is not known here stops the generator.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** How a list answers: the SDK's page classes, by the name of the response interface in `core/pagination`. */
export type PageForm = 'PageCursorResponse' | 'BidirectionalPageCursorResponse' | 'PageResponse';

/** A type of the SDK: the module that exports it (below `@anthropic-ai/sdk/`) and its name there, or a plain TypeScript type. */
export interface TypeName {
  readonly module?: string;
  readonly name: string;
}

/** One method of the SDK: one route of the API. */
export interface SdkOperation {
  /** Its name after `client.beta.`: `sessions.events.send`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With named parameters: `/v1/sessions/{session_id}/events`. */
  readonly path: string;
  /** The type of the method's parameters, or undefined when it has none. */
  readonly params?: TypeName;
  /** Where the members of that type go. `rest` holds what is not named here. */
  readonly pathParams: readonly string[];
  readonly queryParams: readonly string[];
  /** Header parameters by the name that they have in the type, `betas` and `workspace_id` among them. */
  readonly headerParams: readonly string[];
  readonly rest?: 'query' | 'body';
  readonly bodyForm: 'none' | 'json' | 'multipart';
  readonly answer: 'json' | 'page' | 'stream' | 'binary';
  readonly pageForm?: PageForm;
  /** The type of the answer, or of a page's items. `| null` stands in the name where the answer may be null. */
  readonly result: TypeName;
}

const VERBS: Record<string, SdkOperation['method']> = { get: 'GET', getAPIList: 'GET', post: 'POST', delete: 'DELETE' };
const PAGES: Record<string, PageForm> = {
  PageCursor: 'PageCursorResponse',
  BidirectionalPageCursor: 'BidirectionalPageCursorResponse',
  Page: 'PageResponse',
};

/**
 * The operations of the managed-agents API, in the SDK's order: all of `client.beta` but `messages` and `organization`, and
 * of `organization` only `webhooks`, the registry of the endpoints that the other resources' events are sent to.
 */
export function readOperations(sdkRoot: string): SdkOperation[] {
  const reader = new Reader(join(sdkRoot, 'src'));
  const beta = 'resources/beta/beta';
  return [
    ...reader.operationsOf(beta, 'Beta', '', new Set(['messages', 'organization'])),
    ...reader.operationsOf('resources/beta/organization/webhooks', 'Webhooks', 'organization.webhooks', new Set()),
  ];
}

class Reader {
  private readonly files = new Map<string, ts.SourceFile>();

  constructor(private readonly src: string) {}

  /** The operations of a resource class and of the resources that hang on it. */
  operationsOf(module: string, className: string, prefix: string, skip: ReadonlySet<string>): SdkOperation[] {
    const file = this.file(module);
    const found = file.statements.find(
      (s): s is ts.ClassDeclaration => ts.isClassDeclaration(s) && s.name?.text === className,
    );
    if (!found) throw new Error(`${module} has no class ${className}`);
    return found.members.flatMap((member) => {
      if (ts.isPropertyDeclaration(member) && member.initializer && ts.isNewExpression(member.initializer)) {
        const name = member.name.getText(file);
        if (skip.has(name)) return [];
        const target = this.typeName(member.initializer.expression.getText(file), module);
        return this.operationsOf(target.module ?? module, target.name, qualified(prefix, name), new Set());
      }
      if (!ts.isMethodDeclaration(member) || !member.body) return [];
      const call = clientCall(member.body);
      return call ? [this.operation(member, call, qualified(prefix, member.name.getText(file)), module)] : [];
    });
  }

  private operation(method: ts.MethodDeclaration, call: ts.CallExpression, name: string, module: string): SdkOperation {
    const file = this.file(module);
    const verb = (call.expression as ts.PropertyAccessExpression).name.text;
    const last = call.arguments.at(-1);
    if (!last) throw new Error(`${name}: a call without options`);
    const multipart = ts.isCallExpression(last);
    const written = multipart ? last.arguments[0] : last;
    if (!written || !ts.isObjectLiteralExpression(written)) throw new Error(`${name}: options are not an object`);
    const options = [written, ...spreadObjects(written, method)];
    const path = routeOf(options, name);
    const { taken, rest } = destructured(method, file);
    const query = memberOf(options, 'query');
    const queryParams =
      query && ts.isObjectLiteralExpression(query)
        ? query.properties.map((p) => (p.name ? p.name.getText(file) : ''))
        : [];
    const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]));
    const pathParams = taken.filter((t) => inPath.has(t));
    const hasBody = memberOf(options, 'body') !== undefined;
    if (rest !== undefined && rest !== 'query' && rest !== 'body')
      throw new Error(`${name}: parameters left in ${rest}`);
    if (hasBody !== (rest === 'body')) throw new Error(`${name}: a body that is not what is left of the parameters`);
    const verbName = VERBS[verb];
    if (!verbName) throw new Error(`${name}: unknown verb ${verb}`);
    return {
      name,
      method: verbName,
      path,
      params: this.paramsOf(method, module),
      pathParams,
      queryParams,
      headerParams: taken.filter((t) => !inPath.has(t) && !queryParams.includes(t)),
      rest,
      bodyForm: !hasBody ? 'none' : multipart ? 'multipart' : 'json',
      ...this.answerOf(method, verb, options, call, module, name),
    };
  }

  private paramsOf(method: ts.MethodDeclaration, module: string): TypeName | undefined {
    const param = method.parameters.find((p) => p.name.getText(this.file(module)) === 'params');
    if (!param?.type) return undefined;
    const type = ts.isUnionTypeNode(param.type) ? param.type.types[0] : param.type;
    return type ? this.typeName(type.getText(this.file(module)), module) : undefined;
  }

  private answerOf(
    method: ts.MethodDeclaration,
    verb: string,
    options: readonly ts.ObjectLiteralExpression[],
    call: ts.CallExpression,
    module: string,
    name: string,
  ): Pick<SdkOperation, 'answer' | 'pageForm' | 'result'> {
    const file = this.file(module);
    const returned = method.type;
    if (!returned || !ts.isTypeReferenceNode(returned)) throw new Error(`${name}: no return type`);
    if (memberOf(options, 'stream')) return { answer: 'stream', result: { name: 'Response' } };
    if (memberOf(options, '__binaryResponse')) return { answer: 'binary', result: { name: 'Response' } };
    const argument = returned.typeArguments?.[verb === 'getAPIList' ? 1 : 0];
    if (!argument) throw new Error(`${name}: an answer without a type`);
    const result = this.typeName(argument.getText(file), module);
    if (verb !== 'getAPIList') return { answer: 'json', result };
    const pageClass = /^\w+/.exec(call.arguments[1]?.getText(file) ?? '')?.[0] ?? '';
    const pageForm = PAGES[pageClass];
    if (!pageForm) throw new Error(`${name}: unknown page class ${pageClass}`);
    return { answer: 'page', pageForm, result };
  }

  /** Finds where a name that a module uses comes from: `EventsAPI.X` by the import of `EventsAPI`, `X` in the module itself. */
  private typeName(text: string, module: string): TypeName {
    const [space, name] = text.split('.');
    if (space === undefined || name === undefined) return { module, name: text };
    const file = this.file(module);
    for (const s of file.statements) {
      const bindings = ts.isImportDeclaration(s) ? s.importClause?.namedBindings : undefined;
      if (!bindings || !ts.isNamespaceImport(bindings) || bindings.name.text !== space) continue;
      const target = ((s as ts.ImportDeclaration).moduleSpecifier as ts.StringLiteral).text;
      return { module: this.resolve(join(dirname(module), target)), name };
    }
    throw new Error(`${module}: no import of ${space}`);
  }

  /** `x` for a module `x.ts`, or `x/x` where `x.ts` only passes on the folder's index. */
  private resolve(module: string): string {
    const text = this.file(module).text;
    const passedOn = /^export \* from '\.\/(\S+)\/index';$/m.exec(text)?.[1];
    return passedOn === undefined ? module : join(dirname(module), passedOn, passedOn);
  }

  private file(module: string): ts.SourceFile {
    let file = this.files.get(module);
    if (!file) {
      const path = join(this.src, `${module}.ts`);
      file = ts.createSourceFile(relative(this.src, path), readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
      this.files.set(module, file);
    }
    return file;
  }
}

const qualified = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

/** The call of the client that a method ends in, if it makes one: `this._client.get(...)`. */
function clientCall(body: ts.Block): ts.CallExpression | undefined {
  let found: ts.CallExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.expression.getText() === 'this._client' &&
      node.expression.name.text in VERBS
    ) {
      found = node;
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}

/** What a method takes from its parameters by name, and what it calls the rest. */
function destructured(method: ts.MethodDeclaration, file: ts.SourceFile): { taken: string[]; rest?: string } {
  const statement = method.body?.statements[0];
  const declaration =
    statement && ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : undefined;
  if (!declaration || !ts.isObjectBindingPattern(declaration.name)) return { taken: [] };
  const taken: string[] = [];
  let rest: string | undefined;
  for (const element of declaration.name.elements) {
    if (element.dotDotDotToken) rest = element.name.getText(file);
    else if (!element.propertyName) taken.push(element.name.getText(file));
    else
      taken.push(
        ts.isStringLiteral(element.propertyName) ? element.propertyName.text : element.propertyName.getText(file),
      );
  }
  return rest === undefined ? { taken } : { taken, rest };
}

/** Objects that are spread into another and stand in a constant of the method: `{ ...request, __span }`. */
function spreadObjects(object: ts.ObjectLiteralExpression, method: ts.MethodDeclaration): ts.ObjectLiteralExpression[] {
  const names = new Set(object.properties.filter(ts.isSpreadAssignment).map((p) => p.expression.getText()));
  const statements: readonly ts.Statement[] = method.body?.statements ?? [];
  const constants = statements.filter((s) => ts.isVariableStatement(s)).flatMap((s) => s.declarationList.declarations);
  return constants.flatMap((d) =>
    names.has(d.name.getText()) && d.initializer && ts.isObjectLiteralExpression(d.initializer) ? [d.initializer] : [],
  );
}

/** What an object, or one spread into it, sets a name to. */
function memberOf(objects: readonly ts.ObjectLiteralExpression[], name: string): ts.Expression | undefined {
  for (const p of objects.flatMap((object) => [...object.properties])) {
    if (ts.isShorthandPropertyAssignment(p) && p.name.text === name) return p.name;
    if (ts.isPropertyAssignment(p) && p.name.getText() === name) return p.initializer;
  }
  return undefined;
}

/** The route with its parameters' names, which the SDK writes down for its traces. */
function routeOf(options: readonly ts.ObjectLiteralExpression[], name: string): string {
  const span = memberOf(options, '__span');
  const details = span && ts.isCallExpression(span) ? span.arguments[3] : undefined;
  const route = details && ts.isObjectLiteralExpression(details) ? memberOf([details], 'route') : undefined;
  if (!route || !ts.isStringLiteral(route)) throw new Error(`${name}: no route`);
  return route.text;
}
