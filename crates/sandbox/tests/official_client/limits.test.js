import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { asked, control, integration, locationId } from "./sandbox.js";

const path = "/workflows/";
const workflows = (client) => client.workflows.getWorkflow({ locationId });

/** The statuses of the requests that `work` makes. */
async function statuses(work) {
  const before = (await asked(path)).length;
  await work();
  return (await asked(path)).slice(before);
}

async function refuse(times, headers = {}) {
  await control("POST", "/faults", { path, status: 429, times, headers });
}

afterEach(() => control("DELETE", "/faults"));

test("the client waits and tries again after a 429 when told to", async () => {
  await refuse(2, { "X-RateLimit-Interval-Milliseconds": "20" });
  const client = integration({ rateLimitRetry: true });
  assert.deepEqual(await statuses(() => workflows(client)), [429, 429, 200]);
});

test("the client gives up after its last try, with the limits in its error", async () => {
  await refuse(3, { "X-RateLimit-Interval-Milliseconds": "20", "X-RateLimit-Remaining": "0" });
  const client = integration({ rateLimitRetry: { maxRetries: 1 } });
  await assert.rejects(workflows(client), (error) => {
    assert.deepEqual([error.statusCode, error.code, error.rateLimit.scope], [429, "RATE_LIMIT", "burst"]);
    return true;
  });
});

test("the client does not try again by itself", async () => {
  await refuse(1);
  const client = integration({ rateLimitRetry: undefined });
  const made = await statuses(() => assert.rejects(workflows(client), { statusCode: 429 }));
  assert.deepEqual(made, [429]);
});

test("the client does not try again when the day is used up", async () => {
  await refuse(1, { "X-RateLimit-Daily-Remaining": "0" });
  const client = integration({ rateLimitRetry: true });
  const made = await statuses(() =>
    assert.rejects(workflows(client), (error) => error.rateLimit.scope === "daily"),
  );
  assert.deepEqual(made, [429]);
});

test("more than the limit of ten seconds arrives all the same", async () => {
  const { token } = await control("POST", "/tokens", { kind: "location_app" });
  const client = integration({ privateIntegrationToken: token, rateLimitRetry: true });
  const made = await statuses(async () => {
    await Promise.all(Array.from({ length: 110 }, () => workflows(client)));
  });
  assert.equal(made.filter((status) => status === 200).length, 110);
  assert.ok(made.includes(429));
});
