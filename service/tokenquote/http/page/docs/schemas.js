// JSON Schema as readers read it: what a field may be, in words, and the objects in it.

/** The schemas of a document, which refer to each other by name. */
export class Schemas {
  constructor(byName) {
    this.byName = byName;
  }

  /** The fields of the objects that a schema allows: `[{name, fields: [{name, words, needed, text, schema}]}]`. */
  objects(schema) {
    return this.variants(schema)
      .filter((variant) => variant.properties)
      .map((variant) => ({
        name: variant.title ?? "",
        text: variant.description ?? "",
        fields: Object.entries(variant.properties).map(([name, field]) => ({
          name,
          words: this.words(field),
          needed: variant.required?.includes(name) ?? false,
          text: field.description ?? "",
          schema: field,
        })),
      }));
  }

  /** What a schema allows, as flat list: references are followed, and lists are what is in them. */
  variants(schema) {
    if (schema.$ref) {
      const name = schema.$ref.split("/").pop();
      return this.variants({ title: name, ...this.byName[name] });
    }
    if (schema.properties) return [schema]; // choices beside its fields only say which exclude each other
    const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    if (choices) return choices.flatMap((choice) => this.variants(choice));
    if (schema.type === "array" && schema.items) return this.variants(schema.items);
    if (schema.type === "object" && typeof schema.additionalProperties === "object") {
      return this.variants(schema.additionalProperties);
    }
    return [schema];
  }

  /** What a field may be: `integer, Text, or null`. */
  words(schema) {
    return [...new Set(this.#kinds(schema))].join(" | ");
  }

  #kinds(schema) {
    if (schema.$ref) return [schema.$ref.split("/").pop()];
    const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    if (choices) return choices.flatMap((choice) => this.#kinds(choice));
    if (schema.const !== undefined) return [JSON.stringify(schema.const)];
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value));
    if (schema.type === "array") return [`[${schema.items ? this.words(schema.items) : "any"}]`];
    if (schema.type === "object" && typeof schema.additionalProperties === "object") {
      return [`{name: ${this.words(schema.additionalProperties)}}`];
    }
    return [schema.type ?? "any"];
  }
}
