// A running sandbox, and HighLevel's client pointed at it.

import http from "node:http";
import { once } from "node:events";
import { HighLevel } from "@gohighlevel/api-client";

/** The line that `highline sandbox` prints. */
export const ready = JSON.parse(process.env.SANDBOX_READY);
export const locationId = ready.location_id;
export const appId = ready.client_id.split("-")[0];

HighLevel.BASE_URL = ready.base_url;

const settled = { logLevel: "none", rateLimitRetry: true };

/** With a private integration's token, waiting when the limit is reached, and otherwise the client's own defaults. */
export function integration(settings = {}) {
  return new HighLevel({ ...settled, privateIntegrationToken: ready.token, ...settings });
}

/** With the app's credentials. */
export function app(settings = {}) {
  return new HighLevel({
    ...settled,
    clientId: ready.client_id,
    clientSecret: ready.client_secret,
    webhookPublicKey: ready.webhook_public_key,
    ...settings,
  });
}

/** A control request of the sandbox. */
export async function control(method, path, body) {
  const response = await fetch(ready.control_url + path, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** What was asked of the sandbox since it began, as method, path and status. */
export async function asked(path) {
  const { requests } = await control("GET", `/requests?limit=2000&path=${encodeURIComponent(path)}`);
  return requests.map((request) => request.status);
}

/** What the vendor's page does when somebody agrees: gives the code that the browser brings back. */
export async function consent(client, scope, extra = {}) {
  const redirect = "http://127.0.0.1:1/callback";
  const asked = new URL(client.oauth.getAuthorizationUrl(ready.client_id, redirect, scope));
  const here = new URL(asked.pathname + asked.search, ready.base_url);
  for (const [name, value] of Object.entries(extra)) here.searchParams.set(name, value);
  const response = await fetch(here, { redirect: "manual" });
  return new URL(response.headers.get("location")).searchParams.get("code");
}

/** The tokens for a code. */
export async function tokens(client, code) {
  return client.oauth.getAccessToken({
    client_id: ready.client_id,
    client_secret: ready.client_secret,
    grant_type: "authorization_code",
    code,
  });
}

/** Somebody who is told by webhook: `next()` gives the request after the last, with its raw body. */
export async function listener(events) {
  const arrived = [];
  const waiting = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end();
    const told = { headers: request.headers, method: "POST", url: request.url, rawBody: Buffer.concat(chunks) };
    told.body = JSON.parse(told.rawBody);
    if (waiting.length) waiting.shift()(told);
    else arrived.push(told);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  const { webhook } = await control("POST", "/webhooks", { url, events });
  return {
    next: () => (arrived.length ? arrived.shift() : new Promise((resolve) => waiting.push(resolve))),
    async close() {
      await control("DELETE", `/webhooks/${webhook.id}`);
      server.closeAllConnections();
      server.close();
    },
  };
}
