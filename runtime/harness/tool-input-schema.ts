/** Tool input schema: whether the model API would take what an MCP server calls a schema, and what stands in where not. Pure. */
import type { BetaTool } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { isRecord } from '../contract/json';

type InputSchema = BetaTool['input_schema'];

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
const PROPERTY = /^[a-zA-Z0-9_.-]{1,64}$/;
const DEEPEST = 32;
const MOST_NODES = 5_000;
/** The longest schema that is offered, as JSON text; and how much of one that is not is shown in words. */
const LONGEST = 64 * 1024;
const SHOWN = 4 * 1024;

/** What stands for a schema that the model API would refuse, and with it the whole request: anything goes. */
const ANYTHING: InputSchema = { type: 'object' };

/**
 * The schema of a tool, if it is one. One that is invalid or too big is not offered; then the description says how it began, so
 * that the model can still try, and the server says what is wrong.
 */
export function inputSchemaFor(given: unknown): { readonly schema: InputSchema; readonly note?: string } {
  if (given === undefined) return { schema: ANYTHING };
  const text = JSON.stringify(given);
  if (text.length <= LONGEST && isInputSchema(given)) return { schema: given };
  return { schema: ANYTHING, note: `The tool's server describes its input as: ${text.slice(0, SHOWN)}` };
}

function isInputSchema(value: unknown): value is InputSchema {
  if (!isRecord(value) || value.type !== 'object') return false;
  // The model API takes no alternatives at the top.
  if ('oneOf' in value || 'anyOf' in value || 'allOf' in value) return false;
  const properties = value.properties ?? {};
  if (!isRecord(properties) || !Object.keys(properties).every((name) => PROPERTY.test(name))) return false;
  return isSchema(value, value, { nodes: 0 }, 0);
}

/** Whether a value is a JSON schema, as far as its keywords have values of the right kind. */
function isSchema(value: unknown, root: Record<string, unknown>, count: { nodes: number }, depth: number): boolean {
  count.nodes += 1;
  if (depth > DEEPEST || count.nodes > MOST_NODES) return false;
  if (typeof value === 'boolean') return true;
  if (!isRecord(value)) return false;
  const below = (inner: unknown): boolean => isSchema(inner, root, count, depth + 1);
  return Object.entries(value).every(([keyword, content]) => {
    switch (keyword) {
      case 'type':
        return Array.isArray(content) ? content.length > 0 && content.every(isType) : isType(content);
      case 'properties':
      case 'patternProperties':
      case '$defs':
      case 'definitions':
      case 'dependentSchemas':
        return isRecord(content) && Object.values(content).every(below);
      case 'oneOf':
      case 'anyOf':
      case 'allOf':
      case 'prefixItems':
        return Array.isArray(content) && content.length > 0 && content.every(below);
      case 'items':
        return Array.isArray(content) ? content.every(below) : below(content);
      case 'additionalProperties':
      case 'unevaluatedProperties':
      case 'contains':
      case 'propertyNames':
      case 'not':
      case 'if':
      case 'then':
      case 'else':
        return below(content);
      default:
        return isKeyword(keyword, content, root);
    }
  });
}

/** The keywords that hold no schema. What is not known here is an annotation. */
function isKeyword(keyword: string, content: unknown, root: Record<string, unknown>): boolean {
  switch (keyword) {
    case '$ref':
      return typeof content === 'string' && resolves(content, root);
    case 'enum':
      return Array.isArray(content) && content.length > 0;
    case 'required':
      return Array.isArray(content) && content.every((name) => typeof name === 'string');
    case 'pattern':
      return typeof content === 'string' && isPattern(content);
    case 'title':
    case 'description':
    case 'format':
    case '$id':
    case '$schema':
      return typeof content === 'string';
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return typeof content === 'number';
    case 'multipleOf':
      return typeof content === 'number' && content > 0;
    case 'minLength':
    case 'maxLength':
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties':
      return Number.isInteger(content) && Number(content) >= 0;
    case 'uniqueItems':
      return typeof content === 'boolean';
    default:
      return true;
  }
}

/** Only a reference within the schema can be followed by whoever reads it. */
function resolves(reference: string, root: Record<string, unknown>): boolean {
  if (!reference.startsWith('#')) return false;
  let at: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return typeof at === 'boolean' || isRecord(at);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

const isType = (value: unknown): boolean => typeof value === 'string' && TYPES.includes(value);
