import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { candidates, type Knowledge } from "@/editor/candidates";
import { placeAt } from "@/editor/place";
import type { Schema } from "@/editor/schema-keys";

/** The schema as the server gives it: the snapshot that the workflow crate is held to. */
const SNAPSHOT = new URL("../../crates/workflow/tests/check/snapshots/check__right__the_schema_is_as_it_was.snap", import.meta.url);
const schema = JSON.parse(readFileSync(SNAPSHOT, "utf8").split("---\n")[2] ?? "") as Schema;

const heads = [
  { id: "highlevel.contacts.search", kind: "trigger", effect: "read", name: "Search", summary: "" },
  { id: "highlevel.contacts.update", kind: "action", effect: "write", name: "Update", summary: "" },
];
const field = (name: string, more: object = {}) => ({ name, label: name, type: "string", required: false, ...more });
const input = [
  field("contactId", { required: true }),
  field("locationId", { required: true, from_connection: true }),
  field("dnd", { type: "boolean" }),
  field("status", { values: ["open", "won"] }),
  field("address", { type: "object", fields: [field("city"), field("street")] }),
];
const know = {
  schema: async () => schema,
  operations: async () => heads,
  operation: async () => ({ input }),
  connections: async () => [{ name: "acme", app: "highlevel" }, { name: "badges", app: "credly" }],
} as unknown as Knowledge;

/** What is offered where `|` stands. */
async function offered(text: string): Promise<string[]> {
  const place = placeAt(text.replace("|", ""), text.indexOf("|"));
  return place ? (await candidates(place, know)).map(({ label }) => label) : [];
}

const STEP = "steps:\n  - id: a\n    use: highlevel.contacts.update\n";

describe("completion offers", () => {
  test("the keys of a workflow that are not there yet", async () => {
    const keys = await offered("name: x\n|\nsteps:\n");
    expect(keys).toContain("trigger");
    expect(keys).not.toContain("name");
    expect(keys).not.toContain("steps");
  });

  test("the keys of a trigger, and the triggers of the catalog", async () => {
    expect(await offered("trigger:\n  |")).toEqual(expect.arrayContaining(["use", "every", "schedule"]));
    expect(await offered("trigger:\n  use: high|")).toEqual(["highlevel.contacts.search"]);
    expect(await offered("trigger:\n  emit: |")).toEqual(["new", "new_or_changed", "changed_record"]);
  });

  test("the keys of a step, in a list that is indented and in one that is not", async () => {
    for (const text of ["steps:\n  - |", "steps:\n- |", `${STEP}    |`, "steps:\n- id: a\n  |"]) {
      expect(await offered(text), text).toEqual(expect.arrayContaining(["with", "retry", "for_each"]));
    }
    expect(await offered(`${STEP}    |`)).not.toContain("use");
  });

  test("the keys of a step within a step", async () => {
    const inner = "steps:\n  - id: each\n    for_each: '{{ trigger.all }}'\n    steps:\n      - id: b\n        |";
    expect(await offered(inner)).toEqual(expect.arrayContaining(["use", "with"]));
    expect(await offered(inner)).not.toContain("id");
    expect(await offered(`${STEP}    retry:\n      |`)).toEqual(expect.arrayContaining(["attempts", "backoff"]));
  });

  test("connections of the app that is used", async () => {
    expect(await offered(`${STEP}    connection: |`)).toEqual(["acme"]);
    expect(await offered("steps:\n  - connection: |\n")).toEqual(["acme", "badges"]);
  });

  test("the fields of the operation in `with`, those of objects in it, and their values", async () => {
    expect(await offered(`${STEP}    with:\n      |`)).toEqual(["contactId", "locationId", "dnd", "status", "address"]);
    expect(await offered(`${STEP}    with:\n      contactId: x\n      |`)).not.toContain("contactId");
    expect(await offered(`${STEP}    with:\n      address:\n        |`)).toEqual(["city", "street"]);
    expect(await offered(`${STEP}    with:\n      status: |`)).toEqual(["open", "won"]);
    expect(await offered(`${STEP}    with:\n      dnd: |`)).toEqual(["true", "false"]);
    expect(await offered("steps:\n  - id: a\n    with:\n      |\n    use: highlevel.contacts.update\n")).toContain("contactId");
  });

  test("nothing in a comment", async () => {
    expect(await offered("# na|")).toEqual([]);
  });
});

test("what is needed comes first, and what holds more begins on a line of its own", async () => {
  const place = placeAt(`${STEP}    with:\n      `, `${STEP}    with:\n      `.length);
  const found = place ? await candidates(place, know) : [];
  const by = (label: string) => found.find((each) => each.label === label);
  expect(by("contactId")).toMatchObject({ apply: "contactId: ", detail: "string, needed" });
  expect(by("address")?.apply).toBe("address:");
  expect(by("contactId")?.boost).toBeGreaterThan(by("locationId")?.boost ?? 0);
});
