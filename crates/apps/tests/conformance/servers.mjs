// The two servers: prism, which judges a request, and in front of it one that keeps the judgements and gives answers
// that Highline understands.
import { spawn } from "node:child_process";
import { createServer, request } from "node:http";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PRISM = fileURLToPath(new URL("node_modules/@stoplight/prism-cli/dist/index.js", import.meta.url));

// Starts prism on a free port; ends with this process.
export async function startPrism(file) {
  const child = spawn(process.execPath, [PRISM, "mock", "--errors", "--port", "0", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  const said = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    const address = line.match(/listening on (http:\S+)/);
    if (address) {
      child.stdout.resume();
      return new URL(address[1]);
    }
  }
  throw new Error(`prism did not start:\n${said.join("\n")}`);
}

async function bytes(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

// Sends a request on to prism; what prism complains of, nothing for a request that is right.
async function judge(prism, { method, url, headers }, body) {
  const passed = request(new URL(url, prism), { method, headers: { ...headers, host: prism.host } });
  passed.end(body);
  const [answer] = await once(passed, "response");
  const text = (await bytes(answer)).toString();
  if (answer.statusCode < 300) return [];
  const problem = JSON.parse(text);
  const found = (problem.validation ?? []).map(({ location, message }) => ({
    place: location.join("."),
    message: message.replace(/^Request .*?(?=must )/, "").replace(/(?<=allowed values): .*/, ""),
  }));
  return found.length > 0 ? shown(found) : [`${problem.status} ${problem.title}`];
}

// Where no variant of a value fits, that is said once, and not why each of them does not.
function shown(found) {
  const choices = found.filter(({ message }) => message.endsWith("in anyOf"));
  const isBranch = (each) =>
    choices.some((choice) => choice !== each && `${each.place}.`.startsWith(`${choice.place}.`));
  return found.filter((each) => !isBranch(each)).map(({ place, message }) => `${place} ${message}`);
}

// A server that keeps each request with what prism said, until `take()`. What it answers itself is up to `reply`, which
// gets the method and the address.
export async function startRecorder(prism, reply) {
  const seen = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method } = incoming;
    const body = await bytes(incoming);
    const complaints = await judge(prism, incoming, body).catch((error) => [`no answer of prism: ${error.message}`]);
    const { pathname, searchParams } = new URL(incoming.url, prism);
    const answer = reply(method, pathname);
    seen.push({ method, address: pathname, parameters: [...searchParams.keys()], complaints });
    // The rate limit is not what is tried here.
    outgoing.writeHead(200, { "content-type": "application/json", "x-ratelimit-max": "100000" });
    outgoing.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    take: () => seen.splice(0),
    close: () => server.close(),
  };
}
