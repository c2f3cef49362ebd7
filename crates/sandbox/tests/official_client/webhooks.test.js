import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { app, consent, control, integration, listener, locationId, ready, tokens } from "./sandbox.js";

let told;
beforeEach(async () => (told = await listener()));
afterEach(() => told.close());

/** Lets the client's middleware look at a request. */
async function handle(client, request) {
  await new Promise((resolve, reject) => {
    client.webhooks.subscribe()(request, {}, (error) => (error ? reject(error) : resolve()));
  });
  return request;
}

test("the client finds a delivered event's signature right", async () => {
  const client = app();
  const { contact } = await integration().contacts.createContact({ locationId, firstName: "Grace" });
  const request = await told.next();
  assert.deepEqual([request.body.type, request.body.id], ["ContactCreate", contact.id]);
  const signature = request.headers["x-ghl-signature"];
  const isRight = (body) => client.webhooks.verifyEd25519Signature(body, signature, ready.webhook_public_key);
  assert.equal(isRight(request.rawBody), true);
  assert.equal(isRight(Buffer.concat([request.rawBody, Buffer.from(" ")])), false);
  assert.equal((await handle(client, request)).isSignatureValid, true);
});

test("the client finds a forged event's signature wrong, and says when there is none", async () => {
  await control("POST", "/webhooks/faults", { signature: "wrong", times: 1 });
  await control("POST", "/webhooks/faults", { signature: "missing", times: 1 });
  const create = () => integration().contacts.createContact({ locationId });
  await create();
  assert.equal((await handle(app(), await told.next())).isSignatureValid, false);
  await create();
  assert.equal((await handle(app(), await told.next())).skippedSignatureVerification, true);
});

test("an installation that is told makes the client fetch the location's token", async () => {
  await control("POST", "/uninstall", { location_id: locationId });
  assert.equal((await told.next()).body.type, "UNINSTALL");
  const client = app();
  const agency = await tokens(client, await consent(client, "oauth.write campaigns.readonly", { user_type: "Company" }));
  await client.getSessionStorage().setSession(ready.company_id, agency);
  let request;
  do request = await told.next();
  while (request.body.locationId !== locationId);
  assert.equal(request.body.type, "INSTALL");
  await handle(client, request);
  assert.ok(request.isSignatureValid && !request.installTokenError);
  assert.ok((await client.campaigns.getCampaigns({ locationId })).campaigns.length > 0);
});
