// Every HighLevel operation's sample, sent by the binary to a server that knows the vendor's description.
//
//     node run.mjs HIGHLINE SPEC_DIR
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readDescription, undeclaredParameters } from "./description.mjs";
import { startPrism, startRecorder } from "./servers.mjs";

const [highline, folder] = process.argv.slice(2);
const temporary = mkdtempSync(join(tmpdir(), "highline-conformance-"));
process.once("exit", () => rmSync(temporary, { recursive: true }));

// Neither a proxy nor the settings and connectors of the caller's folder may come between.
const environment = { PATH: process.env.PATH, NO_PROXY: "127.0.0.1" };
const inTemporary = { cwd: temporary, env: environment };

function operations() {
  const list = ["catalog", "list", "--app", "highlevel", "--json"];
  const text = execFileSync(highline, list, { ...inTemporary, encoding: "utf8", maxBuffer: 1 << 28 });
  return JSON.parse(text).operations;
}

// One `call --batch`; the function it gives sends a line and waits for the answer.
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

// operation -> the complaints that are known, each with why it is the description that is wrong.
function knownDeviations() {
  const [, ...lines] = readFileSync(new URL("deviations.tsv", import.meta.url), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [operation, complaint, why, known_from] = line.split("\t");
    if (!known_from) throw new Error(`deviations.tsv: four cells are wanted: ${line}`);
    return { operation, complaint, used: false };
  });
}

function complaintsOf(requests, description, operation, answer) {
  if (requests.length === 0) return [`nothing was sent: ${answer.error?.message}`];
  const undeclared = (url) => undeclaredParameters(description, operation, url);
  const all = requests.flatMap(({ complaints, url }) => [
    ...complaints,
    ...undeclared(url).map((name) => `query.${name} is not declared`),
  ]);
  return [...new Set(all)];
}

const description = readDescription(folder);
const file = join(temporary, "highlevel.json");
writeFileSync(file, JSON.stringify(description));
const recorder = await startRecorder(await startPrism(file));

// A judge that lets everything pass would make every line below worthless.
await fetch(`${recorder.url}/contacts/`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
if (recorder.take()[0].complaints.length === 0) throw new Error("prism takes a contact without a location");

const deviations = knownDeviations();
const batch = startBatch(recorder.url);
const count = { accepted: 0, deviating: 0, refused: 0, requests: 0 };
for (const operation of operations()) {
  const { id, sample } = operation;
  recorder.answerWith(sample.reply);
  const answer = await batch.call(id, sample.input);
  const requests = recorder.take();
  count.requests += requests.length;
  const complaints = complaintsOf(requests, description, operation, answer);
  const unknown = complaints.filter((complaint) => {
    const known = deviations.find((each) => each.operation === id && each.complaint === complaint);
    if (known) known.used = true;
    return !known;
  });
  const verdict = unknown.length > 0 ? "refused" : complaints.length > 0 ? "deviating" : "accepted";
  count[verdict] += 1;
  console.log([verdict.padEnd(9), id.padEnd(56), requests.map(({ method, url }) => `${method} ${url.split("?")[0]}`)[0] ?? "-"].join(" "));
  for (const complaint of unknown) console.log(`          ${complaint}`);
}
batch.end();
recorder.close();

const idle = deviations.filter((each) => !each.used);
for (const { operation, complaint } of idle) console.log(`no longer needed in deviations.tsv: ${operation}\t${complaint}`);
console.log(
  `\n${count.accepted} accepted, ${count.deviating} accepted with a known deviation, ${count.refused} refused` +
    ` (${count.requests} requests)`,
);
process.exit(count.refused + idle.length > 0 ? 1 : 0);
