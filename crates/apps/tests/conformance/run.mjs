// Every HighLevel operation's sample, sent by the binary to a server that knows the vendor's description.
//
//     node run.mjs HIGHLINE SPEC_DIR
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readDescription, templateOf, undeclaredParameters } from "./description.mjs";
import { startPrism, startRecorder } from "./servers.mjs";

const [highline, folder] = process.argv.slice(2);
const temporary = mkdtempSync(join(tmpdir(), "highline-conformance-"));
process.once("exit", () => rmSync(temporary, { recursive: true }));

// Neither a proxy nor the settings and connectors of the caller's folder may come between.
const inTemporary = { cwd: temporary, env: { PATH: process.env.PATH, NO_PROXY: "127.0.0.1" } };

function readCatalog() {
  const list = ["catalog", "list", "--app", "highlevel", "--json"];
  const text = execFileSync(highline, list, { ...inTemporary, encoding: "utf8", maxBuffer: 1 << 28 });
  return JSON.parse(text).operations;
}

// One `call --batch`: `call` sends a line and waits for the answer.
function startBatch(baseUrl) {
  const connection = ["--base-url", baseUrl, "--token", "conformance", "--location", "ve9EPM428h8vShlRW1KT"];
  const company = ["--set", "companyId=5DP41231LkQsiKESj6rh"];
  const child = spawn(highline, ["call", "--batch", ...connection, ...company], {
    ...inTemporary,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const call = async (operation, input) => {
    child.stdin.write(`${JSON.stringify({ operation, with: input })}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`highline ended at ${operation}`);
    return JSON.parse(value);
  };
  return { call, end: () => child.stdin.end() };
}

// The complaints that are known, each with why it is the description that is wrong.
function readDeviations() {
  const [, ...lines] = readFileSync(new URL("deviations.tsv", import.meta.url), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [operation, complaint, why, knownFrom, ...more] = line.split("\t");
    if (!why || !knownFrom || more.length > 0) throw new Error(`deviations.tsv: four cells are wanted: ${line}`);
    return { operation, complaint, used: false };
  });
}

// The whole of a table's cells under each other; lines of what is wrong below theirs.
function print(verdict, { id, method, path }, complaints) {
  console.log(`${verdict.padEnd(10)}${id.slice("highlevel.".length).padEnd(46)}${method} ${path}`);
  for (const complaint of complaints) console.log(`${" ".repeat(12)}${complaint}`);
}

const description = readDescription(folder);
const file = join(temporary, "highlevel.json");
writeFileSync(file, JSON.stringify(description));
const operations = readCatalog();
const deviations = readDeviations();

// An operation's sample answer, once for each call; whatever is asked again gets nothing, which ends a list.
const answered = new Set();
const recorder = await startRecorder(await startPrism(file), (method, address) => {
  const path = templateOf(description, method, address);
  const operation = operations.find((each) => each.method === method && each.path === path);
  if (!operation || answered.has(operation.id)) return {};
  answered.add(operation.id);
  return operation.sample.reply;
});

// A judge that lets everything pass would make every line below worthless.
const headers = { "content-type": "application/json" };
await fetch(`${recorder.url}/contacts/`, { method: "POST", body: "{}", headers });
if (recorder.take()[0].complaints.length === 0) throw new Error("prism takes a contact without a location");

// What is wrong with the requests of one call, which are the operation's own and those that look names up.
async function complaintsOf({ id, method, path, sample }, batch) {
  answered.clear();
  const answer = await batch.call(id, sample.input);
  const requests = recorder.take();
  count.requests += requests.length;
  const found = new Set();
  let sent = false;
  for (const request of requests) {
    const template = templateOf(description, request.method, request.address);
    sent ||= request.method === method && template === path;
    request.complaints.forEach((complaint) => found.add(complaint));
    for (const name of undeclaredParameters(description, request.method, template, request.parameters)) {
      found.add(`query.${name} is not declared`);
    }
  }
  if (!sent) found.add(`its request was not sent: ${answer.error?.message}`);
  return [...found];
}

const count = { accepted: 0, deviating: 0, refused: 0, requests: 0 };
const batch = startBatch(recorder.url);
for (const operation of operations) {
  const complaints = await complaintsOf(operation, batch);
  const unknown = complaints.filter((complaint) => {
    const known = deviations.find((each) => each.operation === operation.id && each.complaint === complaint);
    if (known) known.used = true;
    return !known;
  });
  const verdict = unknown.length > 0 ? "refused" : complaints.length > 0 ? "deviating" : "accepted";
  count[verdict] += 1;
  print(verdict, operation, unknown);
}
batch.end();
recorder.close();

const idle = deviations.filter((each) => !each.used);
for (const { operation, complaint } of idle) {
  console.log(`no longer needed in deviations.tsv: ${operation}: ${complaint}`);
}
console.log(
  `\n${operations.length} operations: ${count.accepted} accepted, ${count.deviating} accepted with a known deviation, ` +
    `${count.refused} refused (${count.requests} requests)`,
);
process.exit(count.refused + idle.length > 0 ? 1 : 0);
