/** Values as YAML, in the style of the example workflows. */

const PLAIN = /^[A-Za-z][A-Za-z0-9_.@/ -]*[A-Za-z0-9]$|^[A-Za-z]$/;
const WORDS = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !WORDS.has(value.toLowerCase()) ? value : JSON.stringify(value);
}

const isTree = (value: unknown): value is object => typeof value === "object" && value !== null && Object.keys(value).length > 0;

function lines(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (!isTree(item)) return [`${indent}- ${scalar(item)}`];
      const [first = "", ...rest] = lines(item, `${indent}  `);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value as object).flatMap(([key, item]) =>
    isTree(item) ? [`${indent}${scalar(key)}:`, ...lines(item, `${indent}  `)] : [`${indent}${scalar(key)}: ${scalar(item)}`],
  );
}

interface Use {
  operation: string;
  connection?: string;
  input: Record<string, unknown>;
}

/** A step of a workflow that does the operation. */
export function stepYaml({ operation, connection, input }: Use): string {
  const id = operation.split(".").at(-2)?.replaceAll(/[^a-z0-9_]/g, "_") ?? "step";
  const step = ["steps:", `  - id: ${id}`, `    use: ${operation}`];
  if (connection) step.push(`    connection: ${connection}`);
  if (isTree(input)) step.push("    with:", ...lines(input, "      "));
  return `${step.join("\n")}\n`;
}

/** The trigger of a workflow that polls the operation. */
export function triggerYaml({ operation, connection, input }: Use): string {
  const trigger = ["trigger:", `  use: ${operation}`];
  if (connection) trigger.push(`  connection: ${connection}`);
  trigger.push("  every: 5m");
  if (isTree(input)) trigger.push("  with:", ...lines(input, "    "));
  return `${trigger.join("\n")}\n`;
}
