/** For each kind of failure: what it means, and the way out. */
const ADVICE: Record<string, string> = {
  invalid_input: "Nothing was sent. Mend the input in the workflow, save it, and retry with the newest revision.",
  template: "Nothing was sent. A template in the workflow could not be worked out; mend it, save it, and retry with the newest revision.",
  configuration: "The workflow names an operation or connection that this node does not have. Add it, then retry.",
  unauthorized: "The token is bad or has expired. Put a new one where the connection reads it, test the connection, then retry.",
  forbidden: "The token lacks a scope, or belongs to another location. The operation's page in the catalog names the scopes that it needs.",
  not_found: "The app has no such record; perhaps it was deleted. Skip it, or run again from a step that looks it up.",
  duplicate: "The record exists already. `on_error: continue` lets the workflow go on in this case.",
  rejected: "The app refused the request as wrong; the answer below says why. Mend the workflow, and retry with the newest revision.",
  rate_limited: "The app asked for a pause, or the budget of the connection is spent. A retry later goes through.",
  unavailable: "The app was out of order. Retry when it is back.",
  timeout: "No answer came in time. Retry, or give the step a longer `timeout`.",
  connection: "The connection could not be made, or was cut. Retry when the network is back.",
  bad_reply: "The answer is not what the operation promises. Look at it below.",
  too_large: "The answer or the input is larger than Highline keeps. Ask for less at a time.",
  interrupted: "Whether the write was done is unknown. Look into the app, then decide: send it again, skip it, or say what it made.",
  stopped: "A `stop` step of the workflow ended the run.",
  internal: "A mistake in Highline itself; the log of the node says more.",
};

export const adviceFor = (kind: string) => ADVICE[kind];
