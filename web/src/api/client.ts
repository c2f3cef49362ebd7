import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server said no with, or why it could not be asked. `status` is 0 where there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
  }
}

const errors: Middleware = {
  onRequest({ request }) {
    // A form of another site cannot send this header, so the server knows that the request is this page's own.
    if (request.method !== "GET") request.headers.set("X-Highline-Csrf", "1");
  },
  async onResponse({ response }) {
    if (response.ok) return;
    const said = (await response.json().catch(() => undefined)) as
      | { error?: { code: string; message: string; details?: unknown } }
      | undefined;
    throw new ApiError(
      response.status,
      said?.error?.code ?? "unavailable",
      said?.error?.message ?? `the server answered ${response.status} ${response.statusText}`,
      said?.error?.details,
    );
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return new ApiError(0, "unreachable", "Highline does not answer: it is stopped, or the network is down");
  },
};

/** The server, with the paths, the parameters and the answers of docs/openapi.json. */
export const api = createClient<paths>({ baseUrl: "" });
api.use(errors);

/** The JSON of an answer. A refusal is thrown before this, so there is always one. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
