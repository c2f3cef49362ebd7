import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { app, appId, asked, consent, control, integration, locationId, ready, tokens } from "./sandbox.js";

const scope = "contacts.readonly contacts.write campaigns.readonly oauth.write oauth.readonly";
const campaigns = (client) => client.campaigns.getCampaigns({ locationId });

/** A client that holds tokens of the location. */
async function installed() {
  const client = app();
  const given = await tokens(client, await consent(client, scope));
  await client.getSessionStorage().setSession(locationId, given);
  return { client, given };
}

const refreshes = async () => (await asked("/oauth/token")).length;

afterEach(() => control("PUT", "/settings", { token_expires_in: 86399 }));

test("a code gives tokens with which the client works", async () => {
  const { client, given } = await installed();
  assert.deepEqual([given.userType, given.locationId], ["Location", locationId]);
  assert.ok((await campaigns(client)).campaigns.length > 0);
});

test("the client refreshes a token that is about to end, once for many callers", async () => {
  await control("PUT", "/settings", { token_expires_in: 20 });
  const { client, given } = await installed();
  const before = await refreshes();
  await control("PUT", "/settings", { token_expires_in: 86399 });
  await Promise.all(Array.from({ length: 5 }, () => campaigns(client)));
  assert.equal((await refreshes()) - before, 1);
  const kept = await client.getSessionStorage().getSession(locationId);
  assert.notEqual(kept.refresh_token, given.refresh_token);
});

test("the client refreshes after a 401 and asks again", async () => {
  const { client, given } = await installed();
  await control("DELETE", `/tokens/${given.access_token}`);
  assert.ok((await campaigns(client)).campaigns.length > 0);
});

test("a refresh token that was used is an error", async () => {
  const { client, given } = await installed();
  const again = () =>
    client.oauth.refreshToken(given.refresh_token, ready.client_id, ready.client_secret, "refresh_token", "Location");
  assert.equal((await again()).userType, "Location");
  await assert.rejects(again(), { statusCode: 400, message: "Invalid grant: refresh token is invalid" });
});

test("an agency's token gives one of a location", async () => {
  const client = app();
  const agency = await tokens(client, await consent(client, scope, { user_type: "Company" }));
  assert.equal(agency.userType, "Company");
  await client.getSessionStorage().setSession(ready.company_id, agency);
  const own = await client.oauth.getLocationAccessToken({ companyId: ready.company_id, locationId });
  await client.getSessionStorage().setSession(locationId, own);
  assert.ok((await campaigns(client)).campaigns.length > 0);
  const { locations } = await client.oauth.getInstalledLocation({ companyId: ready.company_id, appId });
  assert.ok(locations.some((location) => location._id === locationId && location.isInstalled));
});

test("a scope that is missing, another location and an agency's token are told apart", async () => {
  const refused = async (token, statusCode, message) => {
    const client = integration({ privateIntegrationToken: token });
    await assert.rejects(campaigns(client), { statusCode, message });
  };
  const { token: reader } = await control("POST", "/tokens", { kind: "location", scopes: ["contacts.readonly"] });
  const { token: foreign } = await control("POST", "/tokens", { kind: "location", owner_id: "ZZZZZZZZZZZZZZZZZZZZ" });
  await refused(reader, 401, "The token is not authorized for this scope.");
  await refused(ready.agency_token, 401, "The token is not authorized for this scope.");
  await refused(foreign, 403, "The token does not have access to this location.");
  await refused("pit-unknown", 401, "Invalid JWT");
});
