import { expect, test } from "vitest";
import type { OutlineStep } from "@/api/types";
import { layoutOf, NODE_HEIGHT, NODE_WIDTH, TRIGGER } from "@/flow/layout";

const step = (id: string, branches: OutlineStep["branches"] = [], kind = "action"): OutlineStep => ({ path: id, id, kind, label: id, line: 1, branches });

const wires = (outline: OutlineStep[]) => layoutOf(outline).wires.map(({ from, to, label }) => [from, label ?? "", to].join(" "));

test("steps stand under each other, and the first is wired to the trigger", () => {
  expect(wires([step("a"), step("b")])).toEqual([`${TRIGGER}  a`, "a  b"]);
});

test("both branches of an if meet in the step after it", () => {
  const choice = step("choice", [{ name: "then", steps: [step("yes")] }, { name: "else", steps: [step("no")] }], "if");
  expect(wires([choice, step("after")])).toEqual([`${TRIGGER}  choice`, "choice then yes", "choice else no", "yes  after", "no  after"]);
});

test("an if without an else also goes past its branch", () => {
  expect(wires([step("choice", [{ name: "then", steps: [step("yes")] }], "if"), step("after")])).toContain("choice else after");
});

test("an action with steps for its failure goes on when it went well", () => {
  expect(wires([step("send", [{ name: "on_error", steps: [step("tell")] }]), step("after")])).toEqual(
    expect.arrayContaining(["send on_error tell", "tell  after", "send  after"]),
  );
});

test("what is done only sometimes stands aside of the way past it", () => {
  const { nodes } = layoutOf([step("send", [{ name: "on_error", steps: [step("tell")] }]), step("after")]);
  const at = (id: string) => nodes.find((node) => node.id === id)?.x ?? 0;
  expect([at("send"), at("after")]).toEqual([at(TRIGGER), at(TRIGGER)]);
  expect(at("tell")).toBeGreaterThanOrEqual(at("send") + NODE_WIDTH);
});

test("a frame holds what a loop does in each turn, and nothing else", () => {
  const loop = step("each", [{ name: "do", steps: [step("one"), step("two")] }, { name: "on_error", steps: [step("tell")] }], "for_each");
  const { nodes, frames, wires } = layoutOf([loop, step("after")]);
  const [frame] = frames;
  if (!frame) throw new Error("there is no frame");
  const inside = nodes.filter(({ x, y }) => x >= frame.x && x + NODE_WIDTH <= frame.x + frame.width && y >= frame.y && y + NODE_HEIGHT <= frame.y + frame.height);
  expect(inside.map(({ id }) => id)).toEqual(["one", "two"]);
  expect(wires.map(({ from, to }) => `${from} ${to}`)).toContain("two after");
});

test("no two nodes lie on each other, however deep the branches", () => {
  const inner = step("inner", [{ name: "then", steps: [step("a"), step("b")] }, { name: "else", steps: [step("c")] }], "if");
  const outer = step("outer", [{ name: "then", steps: [inner] }, { name: "else", steps: [step("d"), step("e")] }], "if");
  const { nodes } = layoutOf([outer, step("f")]);
  for (const [index, one] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      const apart = Math.abs(one.x - other.x) >= NODE_WIDTH || Math.abs(one.y - other.y) >= NODE_HEIGHT;
      expect(apart, `${one.id} lies on ${other.id}`).toBe(true);
    }
  }
});
