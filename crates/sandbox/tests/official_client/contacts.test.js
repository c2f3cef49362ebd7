import assert from "node:assert/strict";
import { test } from "node:test";
import { control, integration, locationId } from "./sandbox.js";

const client = integration();

async function made(fields = {}) {
  return (await client.contacts.createContact({ locationId, ...fields })).contact;
}

test("a contact is created, read, changed, found and deleted", async () => {
  const { id } = await made({ firstName: "Ada", email: "ada@example.org" });
  assert.equal((await client.contacts.getContact({ contactId: id })).contact.firstName, "Ada");
  const changed = await client.contacts.updateContact({ contactId: id }, { city: "Boston" });
  assert.equal(changed.contact.city, "Boston");
  const found = await client.contacts.searchContactsAdvanced({
    locationId,
    pageLimit: 20,
    filters: [{ field: "email", operator: "eq", value: "ada@example.org" }],
  });
  assert.deepEqual(found.contacts.map((contact) => contact.id), [id]);
  const twin = await client.contacts.getDuplicateContact({ locationId, email: "ada@example.org" });
  assert.equal(twin.contact.id, id);
  assert.equal((await client.contacts.deleteContact({ contactId: id })).succeded, true);
  await assert.rejects(client.contacts.getContact({ contactId: id }), { statusCode: 404, code: "NOT_FOUND" });
});

test("a duplicate is refused with the id of the contact that exists", async () => {
  const { id } = await made({ email: "twin@example.org" });
  await assert.rejects(made({ email: "twin@example.org" }), (error) => {
    assert.equal(error.statusCode, 400);
    assert.equal(error.response.meta.contactId, id);
    return true;
  });
  const upserted = await client.contacts.upsertContact({ locationId, email: "twin@example.org", city: "Rome" });
  assert.deepEqual([upserted.new, upserted.contact.id], [false, id]);
});

test("what is wrong with a body is said in words", async () => {
  await assert.rejects(client.contacts.createContact({ locationId, fristName: "Ada" }), {
    statusCode: 422,
    code: "VALIDATION",
    message: "property fristName should not exist",
  });
});

test("all contacts are listed page by page, and a search goes on after its last one", async () => {
  const { contacts: total } = await control("GET", "/state");
  const listed = new Set();
  let cursor = {};
  for (;;) {
    const page = await client.contacts.getContacts({ locationId, limit: 7, ...cursor });
    for (const contact of page.contacts) listed.add(contact.id);
    if (!page.meta.nextPage) break;
    cursor = { startAfter: page.meta.startAfter, startAfterId: page.meta.startAfterId };
  }
  assert.equal(listed.size, total);
  const found = new Set();
  let searchAfter;
  for (;;) {
    const page = await client.contacts.searchContactsAdvanced({ locationId, pageLimit: 7, searchAfter });
    for (const contact of page.contacts) found.add(contact.id);
    if (page.contacts.length < 7) break;
    searchAfter = page.contacts.at(-1).searchAfter;
  }
  assert.deepEqual(found, listed);
});

test("tags are added and removed, of one contact and of many", async () => {
  const [first, second] = [await made(), await made()];
  const added = await client.contacts.addTags({ contactId: first.id }, { tags: ["VIP", "new"] });
  assert.deepEqual(added.tags, ["vip", "new"]);
  const removed = await client.contacts.removeTags({ contactId: first.id }, { tags: ["new"] });
  assert.deepEqual(removed.tags, ["vip"]);
  const bulk = await client.contacts.createAssociation(
    { type: "add" },
    { contacts: [first.id, second.id, "nobody"], tags: ["both"], locationId },
  );
  assert.deepEqual([bulk.errorCount, bulk.responses.length], [1, 3]);
  const { contact } = await client.contacts.getContact({ contactId: second.id });
  assert.deepEqual(contact.tags, ["both"]);
});

test("a task is created, completed and deleted", async () => {
  const { id: contactId } = await made();
  const dueDate = "2030-01-01T10:00:00Z";
  const { task } = await client.contacts.createTask({ contactId }, { title: "Call", dueDate, completed: false });
  const taskId = task.id;
  await client.contacts.updateTask({ contactId, taskId }, { title: "Call again" });
  await client.contacts.updateTaskCompleted({ contactId, taskId }, { completed: true });
  const { tasks } = await client.contacts.getAllTasks({ contactId });
  assert.deepEqual(tasks.map(({ title, completed }) => [title, completed]), [["Call again", true]]);
  await client.contacts.deleteTask({ contactId, taskId });
  await assert.rejects(client.contacts.getTask({ contactId, taskId }), { statusCode: 404 });
});

test("a note is created, changed and deleted", async () => {
  const { id: contactId } = await made();
  const { note } = await client.contacts.createNote({ contactId }, { body: "Hello" });
  await client.contacts.updateNote({ contactId, id: note.id }, { body: "Bye" });
  const { notes } = await client.contacts.getAllNotes({ contactId });
  assert.deepEqual(notes.map(({ body }) => body), ["Bye"]);
  await client.contacts.deleteNote({ contactId, id: note.id });
  assert.deepEqual((await client.contacts.getAllNotes({ contactId })).notes, []);
});

test("a contact joins and leaves a campaign and a workflow", async () => {
  const { id: contactId } = await made();
  const { campaigns } = await client.campaigns.getCampaigns({ locationId });
  const { workflows } = await client.workflows.getWorkflow({ locationId });
  const [campaignId, workflowId] = [campaigns[0].id, workflows[0].id];
  await client.contacts.addContactToCampaign({ contactId, campaignId }, {});
  await client.contacts.addContactToWorkflow({ contactId, workflowId }, {});
  const joined = (await control("GET", "/contacts")).contacts.find(({ id }) => id === contactId);
  assert.deepEqual([joined.campaigns, joined.workflows], [[campaignId], [workflowId]]);
  await client.contacts.removeContactFromCampaign({ contactId, campaignId });
  await client.contacts.deleteContactFromWorkflow({ contactId, workflowId }, {});
  const left = (await control("GET", "/contacts")).contacts.find(({ id }) => id === contactId);
  assert.deepEqual([left.campaigns, left.workflows], [[], []]);
});
