import { describe, expect, test } from "vitest";
import type { Knowledge } from "@/editor/candidates";
import { bracesFor } from "@/editor/braces";
import { templateCandidates } from "@/editor/template-candidates";
import { templateAt } from "@/editor/template-place";

const field = (name: string, more: object = {}) => ({ name, label: name, type: "string", required: false, ...more });
const operations: Record<string, object> = {
  "highlevel.contacts.search": { shape: "list", output: [field("id"), field("email"), field("tags", { type: "array", items: "string" })], sample: { output: [{ id: "a", source: "form" }] } },
  "highlevel.contacts.get": { shape: "record", output: [field("email"), field("address", { type: "object", fields: [field("city")] })], sample: { output: { email: "a", "first name": "b" } } },
};
const know = {
  schema: async () => ({ "x-helpers": [{ name: "default", signature: "default value fallback", about: "The value, or the fallback.", example: '{{ default a "b" }}' }] }),
  operation: async (id: string) => operations[id],
  lastEvent: async () => ({ contact: "x", order: { total: 3 } }),
} as unknown as Knowledge;

/** What is offered where `|` stands. */
async function offered(text: string): Promise<string[]> {
  const place = templateAt(text.replace("|", ""), text.indexOf("|"));
  return place ? (await templateCandidates(text.replace("|", ""), place, know)).map(({ label }) => label) : [];
}

const HEAD = `trigger:
  use: highlevel.contacts.search
vars: { team: gold, limits: { day: 3 } }
steps:
  - id: contact
    use: highlevel.contacts.get
    with: { contactId: "{{ trigger.id }}" }
`;
const body = (template: string) => `${HEAD}  - id: note\n    use: highlevel.contacts.notes.create\n    with:\n      body: "${template}"\n  - id: later\n    set: { a: 1 }\n`;

describe("inside a template is offered", () => {
  test("at its beginning what it can use, and the helpers", async () => {
    expect(await offered(body("{{ |"))).toEqual(["trigger", "vars", "now", "run", "steps", "default"]);
    expect(await offered(body("Dear {{ default (|"))).toContain("default");
  });

  test("as an argument no helper", async () => {
    expect(await offered(body("{{ default |"))).not.toContain("default");
    expect(await offered(body("{{ default tr|"))).toContain("trigger");
  });

  test("the steps that are done before, and no later one", async () => {
    expect(await offered(body("{{ steps.|"))).toEqual(["contact"]);
  });

  test("the fields of what a step gives, those of objects in it, and those that only the sample has", async () => {
    expect(await offered(body("{{ steps.contact.|"))).toEqual(["email", "first name", "address"]);
    expect(await offered(body("{{ steps.contact.address.ci|"))).toEqual(["city"]);
  });

  test("the fields of the event: of a polled record, a schedule, a request, and of the last run started by hand", async () => {
    expect(await offered(body("{{ trigger.|"))).toEqual(["id", "source", "email", "tags"]);
    const by = (trigger: string) => offered(`trigger: ${trigger}\nsteps:\n  - set: { a: "{{ trigger.|" }\n`);
    expect(await by('{ schedule: { cron: "0 6 * * *" } }')).toEqual(["scheduled_at"]);
    expect(await by("webhook")).toEqual(expect.arrayContaining(["body", "headers"]));
    expect(await by("manual")).toEqual(["contact", "order"]);
    expect(await offered('trigger: { webhook: { sample: { id: 1 } } }\nsteps:\n  - set: { a: "{{ trigger.body.|" }\n')).toEqual(["id"]);
  });

  test("constants, and what is in them", async () => {
    expect(await offered(body("{{ vars.|"))).toEqual(["team", "limits"]);
    expect(await offered(body("{{ vars.limits.|"))).toEqual(["day"]);
  });

  test("no steps where there are none yet", async () => {
    expect(await offered(`${HEAD}where: "{{ |"\n`)).toEqual(["trigger", "vars", "now", "default"]);
    expect(await offered('trigger:\n  use: highlevel.contacts.search\n  with: { query: "{{ |" }\nvars: { a: 1 }\n')).toEqual(["vars", "now", "default"]);
  });

  test("in a loop its item, with the fields of the list, and not behind it", async () => {
    const loop = `steps:
  - id: found
    use: highlevel.contacts.search
  - id: each
    for_each: "{{ steps.found }}"
    as: person
    steps:
      - id: tagged
        set: { a: "{{ IN" }
  - id: after
    set: { a: "{{ AFTER" }
`;
    expect(await offered(loop.replace("IN", "person.|"))).toEqual(["id", "source", "email", "tags"]);
    expect(await offered(loop.replace("IN", "|"))).toEqual(expect.arrayContaining(["person", "index"]));
    expect(await offered(loop.replace("AFTER", "|"))).not.toContain("person");
    expect(await offered(loop.replace("AFTER", "steps.|"))).toEqual(["each", "found"]);
    expect(await offered(loop.replace("AFTER", "steps.each.|"))).toEqual(["count", "succeeded", "failed", "results"]);
    expect(await offered(loop.replace("AFTER", "steps.found.|"))).toEqual(["0"]);
    expect(await offered(loop.replace("AFTER", "steps.found.0.em|"))).toContain("email");
  });

  test("in the steps of an error the failed step, and in a branch not the other one", async () => {
    const text = `steps:
  - id: contact
    use: highlevel.contacts.get
    on_error:
      steps:
        - set: { a: "{{ FAILED" }
  - if: true
    then:
      - id: one
        set: { a: 1 }
    else:
      - set: { b: "{{ ELSE" }
  - set: { c: "{{ END" }
`;
    expect(await offered(text.replace("FAILED", "steps.contact.error.|"))).toEqual(["kind", "message", "status", "trace_id", "details"]);
    expect(await offered(text.replace("ELSE", "steps.|"))).toEqual(["contact"]);
    expect(await offered(text.replace("END", "steps.|"))).toEqual(["one", "contact"]);
  });

  test("nothing in a text, behind a template and in a comment", async () => {
    expect(await offered(body("{{ default trigger.email 'no|"))).toEqual([]);
    expect(await offered(body("{{ trigger.id }} tr|"))).toEqual([]);
    expect(await offered('# "{{ tr|')).toEqual([]);
  });

  test("blocks, and what is known in a list's", async () => {
    expect(await offered(body("{{#|"))).toEqual(["if", "unless", "each", "with"]);
    expect(await offered(body("{{#each trigger.tags}}{{ |"))).toEqual(expect.arrayContaining(["this", "@index"]));
  });
});

test("a name with other letters stands in brackets, and what is typed of it too", async () => {
  const text = body("{{ steps.contact.");
  const place = templateAt(text, text.indexOf('{{ steps.contact.') + 17);
  const found = place ? await templateCandidates(text, place, know) : [];
  expect(found.find(({ label }) => label === "first name")?.apply).toBe("[first name]");
  expect(templateAt('a: "{{ trigger.[first name].x', 29)?.path).toEqual(["trigger", "first name"]);
});

/** What a line becomes when this is typed where `|` stands. */
function typed(line: string, keys: string): string {
  let [before = "", after = ""] = line.split("|");
  for (const key of keys) {
    const written = bracesFor(before, after, key) ?? { insert: key, back: 0, replaces: 0, cursor: 1 };
    before = before.slice(0, before.length - written.back);
    after = written.insert.slice(written.cursor) + after.slice(written.replaces);
    before += written.insert.slice(0, written.cursor);
  }
  return `${before}|${after}`;
}

describe("braces", () => {
  test("the second one opens a template with its end, also where the first was closed already", () => {
    expect(typed('a: "|"', "{{")).toBe('a: "{{ | }}"');
    expect(typed("a: {|}", "{")).toBe("a: {{ | }}");
  });

  test("who types the blank and the end too gets them once", () => {
    expect(typed('a: "|"', "{{ trigger.id }}")).toBe('a: "{{ trigger.id }}|"');
    expect(typed('a: "|"', "{{x}}")).toBe('a: "{{ x }}|"');
    expect(typed('a: "|"', "{{#if x}}yes{{/if}}")).toBe('a: "{{#if x}}yes{{/if}}|"');
  });

  test("elsewhere they are what they are", () => {
    expect(typed("with: |", "{ a: 1 }")).toBe("with: { a: 1 }|");
    expect(typed('a: "{{ x }}|', "}")).toBe('a: "{{ x }}}|');
  });
});
