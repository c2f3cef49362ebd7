import { describe, expect, test } from "vitest";
import type { Field } from "@/api/rooms";
import { stepYaml, triggerYaml } from "@/catalog/as-yaml";
import { readForm, typedFrom } from "@/catalog/form-model";

const field = (name: string, type: string, more: Partial<Field> = {}): Field => ({ name, label: name, type, required: false, ...more });

const FIELDS = [
  field("locationId", "string", { required: true, from_connection: true }),
  field("title", "string", { required: true }),
  field("limit", "integer"),
  field("done", "boolean"),
  field("tags", "array", { items: "string" }),
  field("address", "object", { fields: [field("city", "string", { required: true }), field("zip", "string")] }),
  field("extra", "any"),
];

describe("the form of an operation", () => {
  test("gives the input in the types of the fields, and leaves out what is empty", () => {
    const typed = { title: "0123", limit: "5", done: "false", tags: "a\n\n b ", "address.city": "Bern", extra: '{"x":1}' };
    expect(readForm(FIELDS, typed)).toEqual({
      input: { title: "0123", limit: 5, done: false, tags: ["a", "b"], address: { city: "Bern" }, extra: { x: 1 } },
      problems: {},
    });
  });

  test("says what is missing, but not what the connection gives or an object that is left out would need", () => {
    expect(readForm(FIELDS, {}).problems).toEqual({ title: "title is needed" });
    expect(Object.keys(readForm(FIELDS, { title: "x", "address.zip": "1" }).problems)).toEqual(["address.city"]);
  });

  test("says what is no number and no JSON", () => {
    const { problems } = readForm(FIELDS, { title: "x", limit: "2.5", extra: "{" });
    expect(problems.limit).toBe('"2.5" is no whole number');
    expect(problems.extra).toMatch(/^this is not JSON/);
  });

  test("filled in with a sample gives the sample", () => {
    const sample = { title: "A", limit: 3, done: true, tags: ["x"], address: { city: "Bern" }, extra: [1] };
    expect(readForm(FIELDS, typedFrom(FIELDS, sample)).input).toEqual(sample);
  });
});

describe("an operation as YAML", () => {
  test("is a step with its input", () => {
    expect(stepYaml({ operation: "highlevel.contacts.tags.add", connection: "acme", input: { contactId: "{{ trigger.id }}", tags: ["vip", "on"], at: { count: 1 } } })).toBe(
      'steps:\n  - id: tags\n    use: highlevel.contacts.tags.add\n    connection: acme\n    with:\n      contactId: "{{ trigger.id }}"\n      tags:\n        - vip\n        - "on"\n      at:\n        count: 1\n',
    );
  });

  test("that polls is a trigger", () => {
    expect(triggerYaml({ operation: "highlevel.contacts.search", connection: "acme", input: {} })).toBe(
      "trigger:\n  use: highlevel.contacts.search\n  connection: acme\n  every: 5m\n",
    );
  });

  test("quotes text that YAML would read as something else", () => {
    const yaml = stepYaml({ operation: "a.b.c", input: { a: "0123", b: "yes", c: "x: y", d: "plain text", e: "" } });
    expect(yaml).toContain('a: "0123"\n      b: "yes"\n      c: "x: y"\n      d: plain text\n      e: ""');
  });
});
