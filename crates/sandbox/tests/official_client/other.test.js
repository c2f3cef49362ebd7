import assert from "node:assert/strict";
import { test } from "node:test";
import { integration, locationId, ready } from "./sandbox.js";

const client = integration();
const agency = integration({ privateIntegrationToken: ready.agency_token });

test("users of the location and of the company are read", async () => {
  const { users } = await client.users.getUserByLocation({ locationId });
  assert.ok(users.length > 0);
  const user = await client.users.getUser({ userId: users[0].id });
  assert.equal(user.email, users[0].email);
  const found = await agency.users.searchUsers({ companyId: ready.company_id, limit: "2" });
  assert.equal(found.users.length, 2);
});

test("the company, its locations and snapshots are read with the agency's token", async () => {
  const { company } = await agency.companies.getCompany({ companyId: ready.company_id });
  assert.equal(company.id, ready.company_id);
  const { locations } = await agency.locations.searchLocations({ companyId: ready.company_id, limit: "100" });
  assert.ok(locations.some((location) => location.id === locationId));
  const { location } = await client.locations.getLocation({ locationId });
  assert.equal(location.id, locationId);
});

test("custom fields are read and their values written by key", async () => {
  const { customFields } = await client.locations.getCustomFields({ locationId, model: "contact" });
  const field = customFields.find(({ dataType }) => dataType === "TEXT") ?? customFields[0];
  const { contact } = await client.contacts.createContact({
    locationId,
    customFields: [{ id: field.id, field_value: "a value" }],
  });
  assert.deepEqual(contact.customFields, [{ id: field.id, value: "a value" }]);
});

test("a business is created, changed, listed and deleted", async () => {
  const answer = await client.businesses.createBusiness({ locationId, name: "Bytes & Sons" });
  const { id } = answer.buiseness ?? answer.business;
  await client.businesses.updateBusiness({ businessId: id }, { city: "Boston" });
  const { business } = await client.businesses.getBusiness({ businessId: id });
  assert.deepEqual([business.name, business.city], ["Bytes & Sons", "Boston"]);
  const { businesses } = await client.businesses.getBusinessesByLocation({ locationId });
  assert.ok(businesses.some((one) => one.id === id));
  assert.equal((await client.businesses.deleteBusiness({ businessId: id })).success, true);
});

test("a calendar is created, changed, listed and deleted", async () => {
  const { calendar } = await client.calendars.createCalendar({ locationId, name: "Advice", eventType: "RoundRobin_OptimizeForAvailability" });
  const calendarId = calendar.id;
  await client.calendars.updateCalendar({ calendarId }, { name: "Good advice" });
  assert.equal((await client.calendars.getCalendar({ calendarId })).calendar.name, "Good advice");
  const { calendars } = await client.calendars.getCalendars({ locationId });
  assert.ok(calendars.some((one) => one.id === calendarId));
  await client.calendars.deleteCalendar({ calendarId });
  await assert.rejects(client.calendars.getCalendar({ calendarId }), { statusCode: 404 });
});

test("a conversation is begun, searched for, written in and read", async () => {
  const { contact } = await client.contacts.createContact({ locationId, phone: "+15125550177" });
  const begun = await client.conversations.createConversation({ locationId, contactId: contact.id });
  const conversationId = begun.conversation.id;
  const sent = await client.conversations.sendANewMessage({ type: "SMS", contactId: contact.id, message: "Hello" });
  assert.equal(sent.conversationId, conversationId);
  const { conversations } = await client.conversations.searchConversation({ locationId, contactId: contact.id });
  assert.deepEqual(conversations.map(({ id }) => id), [conversationId]);
  const { messages } = await client.conversations.getMessages({ conversationId });
  assert.deepEqual(messages.messages.map(({ body }) => body), ["Hello"]);
});

test("an opportunity is created, found, won and deleted", async () => {
  const { pipelines } = await client.opportunities.getPipelines({ locationId });
  const { contact } = await client.contacts.createContact({ locationId, firstName: "Charles" });
  const { opportunity } = await client.opportunities.createOpportunity({
    locationId,
    contactId: contact.id,
    pipelineId: pipelines[0].id,
    pipelineStageId: pipelines[0].stages[0].id,
    name: "An engine",
    status: "open",
  });
  const { id } = opportunity;
  const found = await client.opportunities.searchOpportunitiesAdvanced({
    locationId,
    limit: 20,
    filters: [{ field: "contact_id", operator: "eq", value: contact.id }],
  });
  assert.deepEqual(found.opportunities.map((one) => one.id), [id]);
  await client.opportunities.updateOpportunityStatus({ id }, { status: "won" });
  assert.equal((await client.opportunities.getOpportunity({ id })).opportunity.status, "won");
  await client.opportunities.deleteOpportunity({ id });
  await assert.rejects(client.opportunities.getOpportunity({ id }), { statusCode: 404 });
});
