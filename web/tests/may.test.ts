import { expect, test } from "vitest";
import type { Field } from "@/api/rooms";
import { barredFor } from "@/api/may";
import { exampleInput } from "@/catalog/form-model";
import { offered } from "@/ui/pick";

test("who has too small a role is told which would do", () => {
  expect(barredFor("operator", "viewer")).toBe("Only for operators and admins: you are logged in as viewer");
  expect(barredFor("admin", "operator")).toBe("Only for admins: you are logged in as operator");
  expect([barredFor("operator", "admin"), barredFor(undefined, "viewer"), barredFor("admin", undefined)]).toEqual([undefined, undefined, undefined]);
});

test("of thousands of choices those are offered that have the text in them, those that begin with it first", () => {
  const many = Array.from({ length: 9_000 }, (_, number) => ({ value: `w-${number}`, label: `Workflow ${number}` }));
  const found = offered([{ value: "x", label: "The workflow 889" }, ...many], "workflow 889");
  expect(found.length).toBeLessThanOrEqual(50);
  expect([found[0]?.label, found.at(-1)?.label]).toEqual(["Workflow 889", "The workflow 889"]);
});

test("a step for an operation says what is needed, as the sample has it, or all of the sample where nothing is", () => {
  const field = (name: string, more: Partial<Field> = {}) => ({ name, label: name, type: "string", required: false, ...more }) as Field;
  const fields = [field("id", { required: true }), field("count", { required: true, type: "integer" }), field("location", { required: true, from_connection: true }), field("note")];
  expect(exampleInput(fields, { id: "a", note: "b" })).toEqual({ id: "a", count: 0 });
  expect(exampleInput([field("note"), field("other")], { note: "b" })).toEqual({ note: "b" });
});
