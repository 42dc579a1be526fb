/**
 * Turns JSON Schemas into the shapes that the runtime checks. Every schema must be of a form that is known here: a new kind
 * of type in the SDK stops the generator instead of passing unchecked.
 */
import type { ObjectShape, Shape, UnionShape } from '../../runtime/contract/shape';
import type { Schema } from './schemas';

/** Collects the definitions that operations share. */
export class ShapeTable {
  readonly definitions: Record<string, Shape> = {};
  private readonly schemas = new Map<string, Schema>();

  /** The shape of an operation's parameters, all kinds of them together. The parameter types' own names are not unique. */
  paramsOf(operation: string, schema: Schema): ObjectShape {
    const local = new Map(Object.entries(schema.definitions ?? {}) as [string, Schema][]);
    const target = resolve(schema, local);
    return this.object(operation, target, local);
  }

  private object(name: string, schema: Schema, local: ReadonlyMap<string, Schema>): ObjectShape {
    const fields = Object.entries(schema.properties ?? {}).map(([field, of]): [string, Shape] => [
      field,
      this.shape(of as Schema, local, `${name}.${field}`),
    ]);
    const shape: ObjectShape = {
      kind: 'object',
      name,
      fields: Object.fromEntries(fields),
      required: schema.required ?? [],
    };
    return isOpen(schema) ? { ...shape, open: true } : shape;
  }

  private shape(schema: Schema, local: ReadonlyMap<string, Schema>, where: string): Shape {
    if (schema.$ref !== undefined) return { kind: 'ref', to: this.define(nameOf(schema.$ref), local) };
    if (schema.anyOf) return this.anyOf(flattened(schema.anyOf as Schema[], local), local, where);
    const types = [schema.type ?? []].flat();
    if (types.includes('null')) {
      const { type: _, enum: values, ...rest } = schema;
      const type = types.filter((t) => t !== 'null');
      if (type.length !== 1) throw new Error(`${where}: a type of several kinds`);
      const of = { ...rest, type: type[0], ...(values ? { enum: values.filter((v) => v !== null) } : {}) };
      return { kind: 'nullable', of: this.shape(of, local, where) };
    }
    return this.plain(schema, local, where);
  }

  private plain(schema: Schema, local: ReadonlyMap<string, Schema>, where: string): Shape {
    const values = schema.const !== undefined ? [schema.const] : schema.enum;
    switch (schema.type) {
      case 'string':
        return values ? { kind: 'enum', values: values.map(String) } : { kind: 'string' };
      case 'boolean':
        return { kind: 'boolean' };
      case 'number':
        // The API takes no fraction anywhere: every number in the SDK's parameters is a count, a version or a time.
        return { kind: 'integer' };
      case 'array':
        return { kind: 'array', of: this.shape((schema.items ?? {}) as Schema, local, `${where}[]`) };
      case 'object':
        if (schema.properties) return this.object(where, schema, local);
        return { kind: 'map', of: this.shape((schema.additionalProperties ?? {}) as Schema, local, `${where}.*`) };
      case undefined:
        if (Object.keys(schema).some((key) => key !== 'description')) break;
        return { kind: 'any' };
      default:
    }
    throw new Error(`${where}: no shape for ${JSON.stringify(schema).slice(0, 200)}`);
  }

  /** A union: null, one kind of plain text, and objects with a tag, or one of these alone. */
  private anyOf(members: readonly Schema[], local: ReadonlyMap<string, Schema>, where: string): Shape {
    if (members.some((m) => m.type === 'null')) {
      return {
        kind: 'nullable',
        of: this.anyOf(
          members.filter((m) => m.type !== 'null'),
          local,
          where,
        ),
      };
    }
    if (members.length === 1 && members[0]) return this.shape(members[0], local, where);
    const texts = members.filter((m) => resolve(m, local).type === 'string');
    const objects = members.filter((m) => resolve(m, local).type === 'object');
    if (texts.length + objects.length !== members.length) throw new Error(`${where}: a union that no tag tells apart`);
    const text = this.textOf(texts.map((m) => resolve(m, local)));
    if (objects.length === 0 && text) return text;
    return { ...this.tagged(objects, local, where), ...(text ? { text } : {}) };
  }

  private textOf(texts: readonly Schema[]): Shape | undefined {
    if (texts.length === 0) return undefined;
    if (texts.some((t) => t.const === undefined && t.enum === undefined)) return { kind: 'string' };
    return { kind: 'enum', values: texts.flatMap((t) => t.enum ?? [t.const]).map(String) };
  }

  private tagged(objects: readonly Schema[], local: ReadonlyMap<string, Schema>, where: string): UnionShape {
    const resolved = objects.map((o) => resolve(o, local));
    const tags = Object.keys(resolved[0]?.properties ?? {}).filter((field) =>
      resolved.every((o) => tagOf(o, field) !== undefined && o.required?.includes(field)),
    );
    const tag = tags.includes('type') ? 'type' : tags[0];
    // An object that stands alone beside a plain text needs no tag: the model's id, or its configuration.
    if (tag === undefined && objects.length === 1 && objects[0]) {
      return { kind: 'union', tag: '', members: { '': this.shape(objects[0], local, where) } };
    }
    if (tag === undefined) throw new Error(`${where}: a union of objects without a tag`);
    const members = objects.map((o, i): [string, Shape] => [
      tagOf(resolved[i] ?? {}, tag) ?? '',
      this.shape(o, local, where),
    ]);
    if (new Set(members.map(([value]) => value)).size !== members.length)
      throw new Error(`${where}: a tag that is not unique`);
    return { kind: 'union', tag, members: Object.fromEntries(members) };
  }

  private define(name: string, local: ReadonlyMap<string, Schema>): string {
    const schema = local.get(name);
    if (!schema) throw new Error(`No definition of ${name}`);
    const known = this.schemas.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two types are called ${name}`);
    if (!known) {
      this.schemas.set(name, schema);
      const plainObject = schema.type === 'object' && schema.properties;
      this.definitions[name] = plainObject ? this.object(name, schema, local) : this.shape(schema, local, name);
    }
    return name;
  }
}

const nameOf = (ref: string): string => ref.replace('#/definitions/', '');

function resolve(schema: Schema, local: ReadonlyMap<string, Schema>): Schema {
  if (schema.$ref === undefined) return schema;
  const target = local.get(nameOf(schema.$ref));
  if (!target) throw new Error(`No definition of ${schema.$ref}`);
  return resolve(target, local);
}

/** The members of a union, with those of unions inside it in their place. */
function flattened(members: readonly Schema[], local: ReadonlyMap<string, Schema>): Schema[] {
  return members.flatMap((member) => {
    const { anyOf } = resolve(member, local);
    return anyOf ? flattened(anyOf as Schema[], local) : [member];
  });
}

function tagOf(schema: Schema, field: string): string | undefined {
  const property = schema.properties?.[field];
  return typeof property === 'object' && typeof property.const === 'string' ? property.const : undefined;
}

const isOpen = (schema: Schema): boolean => typeof schema.additionalProperties === 'object';
