/** Makes up the input of a call from a tool's JSON Schema and what the user wrote. Deterministic. */
import { isRecord } from '../../contract/json';

/**
 * An input that fits the schema: the required properties (or all, when none is required), each taken from the text where it
 * says `name: value`, `name=value` or `name is value`, else from the schema's own default, example or first choice, else from the text.
 */
export function plausibleInput(schema: unknown, text: string): Record<string, unknown> {
  if (!isRecord(schema) || !isRecord(schema.properties)) return {};
  const { properties, required } = schema;
  const wanted = Array.isArray(required) && required.length > 0 ? required.map(String) : Object.keys(properties);
  return Object.fromEntries(wanted.map((name) => [name, valueFor(name, properties[name], text)]));
}

function valueFor(name: string, schema: unknown, text: string): unknown {
  const given = isRecord(schema) ? schema : {};
  const type = Array.isArray(given.type) ? given.type[0] : given.type;
  const said = saidFor(name, text);
  if (Array.isArray(given.enum) && given.enum.length > 0) {
    return (
      given.enum.find((choice) => new RegExp(`\\b${escapePattern(String(choice))}\\b`, 'i').test(text)) ?? given.enum[0]
    );
  }
  if (given.default !== undefined) return given.default;
  switch (type) {
    case 'integer':
    case 'number': {
      const number = Number(said ?? /-?\d+(\.\d+)?/.exec(text)?.[0] ?? given.minimum ?? 1);
      return type === 'integer' ? Math.trunc(number) : number;
    }
    case 'boolean':
      return said === undefined || said === 'true';
    case 'array':
      return [valueFor(name, given.items, text)];
    case 'object':
      return plausibleInput(given, text);
    case 'null':
      return null;
    default:
      return said ?? quotedIn(text) ?? name;
  }
}

/** What the text says of a property, as `name: value`, `name=value` or `name is value`. */
function saidFor(name: string, text: string): string | undefined {
  const match = new RegExp(`\\b${escapePattern(name)}\\s*(?:[:=]|is)\\s*(?:"([^"]+)"|'([^']+)'|([^\\s,;]+))`, 'i').exec(
    text,
  );
  return match?.[1] ?? match?.[2] ?? match?.[3]?.replace(/\.$/, '');
}

const quotedIn = (text: string): string | undefined => {
  const match = /"([^"]+)"|'([^']+)'|`([^`]+)`/.exec(text);
  return match?.[1] ?? match?.[2] ?? match?.[3];
};

/** The text as a regular expression that matches it and nothing else. */
export const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
